// What can be said of a new password by looking at it and at whose it is to be (NIST SP 800-63B-4, section 3.1.1.2): long,
// not a pattern, not the person's own name.
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import type { Values } from '../../lib/languages/language.ts'

/** In code points. Longer ones are no stronger, and only cost time. */
export const MAX_LENGTH = 1000

export interface Wanted {
  /** In code points. */
  minLength: number
  /** The kinds of characters that it must have. */
  characters: Config['passwordCharacters']
  /** What is known of the person and of us: addresses, usernames, names. */
  own: readonly (string | undefined)[]
}

/** @throws Refused `password.short`, `.long`, `.unreadable`, `.repeated`, `.run`, `.own_name`, `.no_upper`, `.no_lower`, … */
export function checkShape(password: string, { minLength, characters, own }: Wanted): void {
  const text = password.normalize('NFKC')
  const length = lengthOf(password)
  if (length < minLength) refuse('password.short', { least: minLength })
  if (length > MAX_LENGTH) refuse('password.long', { most: MAX_LENGTH })
  if (!text.isWellFormed() || text.includes('\ufffd')) refuse('password.unreadable')
  if (new Set(text).size < 5 || isRepeated(text)) refuse('password.repeated')
  if (isRun(text)) refuse('password.run')

  const lower = text.toLowerCase()
  const names = own.flatMap(name => (name ? [name, name.split('@')[0]!] : [])).filter(name => name.length > 3)
  // What is left without the person's own names has to be long enough by itself to be worth guessing.
  const rest = names.reduce((left, name) => left.replaceAll(name.toLowerCase(), ''), lower)
  if ([...rest].length < Math.min(8, minLength)) refuse('password.own_name')

  const missing = characters.find(kind => !KINDS[kind].in.test(text))
  if (missing) refuse(KINDS[missing].code)
}

/** In code points, as it is compared. */
export function lengthOf(password: string): number {
  return [...password.normalize('NFKC')].length
}

export function refuse(code: string, values: Values = {}): never {
  throw new Refused(code, { field: 'password', values })
}

const KINDS: Record<Wanted['characters'][number], { in: RegExp; code: string }> = {
  upper: { in: /\p{Lu}/u, code: 'password.no_upper' },
  lower: { in: /\p{Ll}/u, code: 'password.no_lower' },
  digit: { in: /\p{Nd}/u, code: 'password.no_digit' },
  symbol: { in: /[^\p{L}\p{N}]/u, code: 'password.no_symbol' },
}

/** Whether it is some shorter text again and again, the last time perhaps cut off: `passwordpassword`, `abcdeabcdeab`. */
function isRepeated(text: string): boolean {
  const half = Math.floor(text.length / 2)
  return Array.from({ length: half }, (_, at) => at + 1).some(period => text.startsWith(text.slice(period)))
}

/** Whether each character follows the one before by the same step: 12345…, abcde…, 97531…. */
function isRun(text: string): boolean {
  const steps = new Set<number>()
  for (let at = 1; at < text.length; at += 1) steps.add((text.charCodeAt(at) - text.charCodeAt(at - 1) + 10) % 10)
  return steps.size === 1
}
