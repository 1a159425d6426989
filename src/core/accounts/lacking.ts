import type { Config } from '../../lib/config/schema.ts'
import type { Account } from './account.ts'
import { inputOf } from './fields.ts'

type Asked = Pick<Config, 'usernames' | 'accountFields'>

/** The name of its field in a form. */
export const USERNAME = 'username'

/**
 * What an account has to have, and has not: it came from an upstream, an administrator made it, or it is older than the
 * demand. A field that is kept off the form of a registration is asked of nobody.
 * @returns the names of their fields in a form
 */
export function lackingOf(
  { usernames, accountFields }: Asked,
  account: Pick<Account, 'username' | 'fields'>,
): string[] {
  const fields = accountFields.filter(({ name, type, required, atSignup }) => {
    const value = account.fields?.[name]
    return required && atSignup && (value === undefined || (type === 'checkbox' && value !== true))
  })
  const isNameless = usernames === 'required' && account.username === undefined
  return [...(isNameless ? [USERNAME] : []), ...fields.map(inputOf)]
}
