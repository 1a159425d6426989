// Values of the fields that an installation declares: what was typed is checked here, once, and kept on the account.
import type { AccountField } from '../../lib/config/account-fields.ts'
import { Refused, type RefusedOptions } from '../../lib/errors.ts'

export type FieldValues = Record<string, string | number | boolean>

const LONGEST = 200

/** The name of a field in a form. */
export function inputOf({ name }: Pick<AccountField, 'name'>): string {
  return `field.${name}`
}

/**
 * The values of a form's fields; what was left empty is not there.
 * @param typed the text of an input by its name; '' for one that was not sent
 * @throws Refused `field.missing`, `field.invalid`
 */
export function readFields(fields: readonly AccountField[], typed: (input: string) => string): FieldValues {
  const read = fields.map(field => [field.name, readField(field, typed(inputOf(field)).trim())] as const)
  return Object.fromEntries(
    read.filter((entry): entry is readonly [string, string | number | boolean] => entry[1] !== undefined),
  )
}

function readField(field: AccountField, text: string): FieldValues[string] | undefined {
  const { type, label, required } = field
  if (type === 'checkbox') {
    if (required && text === '') throw refused('field.missing', field, { says: 'field.checkbox', values: { label } })
    return text !== ''
  }
  if (text === '') {
    if (required) throw refused('field.missing', field, { values: { label } })
    return undefined
  }
  if (!isValid(field, text)) throw refused('field.invalid', field, wanted(field))
  return type === 'number' ? Number(text) : text.normalize('NFC')
}

function isValid({ type, pattern, options }: AccountField, text: string): boolean {
  if (text.length > LONGEST || /\p{Cc}/u.test(text) || !text.isWellFormed()) return false
  switch (type) {
    case 'number':
      return /^-?\d{1,15}(\.\d{1,6})?$/.test(text)
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text)
    case 'choice':
      return options!.includes(text)
    default:
      return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(text)
  }
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** In the words of whoever declared it, where there are any. */
function wanted({ type, hint, options, pattern }: AccountField): Said {
  if (hint) return { hint }
  switch (type) {
    case 'number':
      return { says: 'field.number' }
    case 'date':
      return { says: 'field.date' }
    case 'choice':
      return { says: 'field.choice', values: { options: options!.join(', ') } }
    default:
      return pattern ? { says: 'field.pattern' } : { says: 'field.text', values: { most: LONGEST } }
  }
}

type Said = Pick<RefusedOptions, 'hint' | 'says' | 'values'>

function refused(code: string, field: AccountField, said: Said): Refused {
  return new Refused(code, { field: inputOf(field), ...said })
}
