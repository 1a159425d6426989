import type { Config } from '../../lib/config/schema.ts'
import type { Account } from './account.ts'

/** By this name terms are accepted that have no version. */
const UNNUMBERED = '1'

/**
 * The version of the terms that an account has to have accepted. Where they have none, a registration's form asks for them,
 * and a sign-in once, of an account that was made without it (`terms` is empty).
 */
export function termsVersionFor(
  { termsUrl, termsVersion }: Pick<Config, 'termsUrl' | 'termsVersion'>,
  account: Pick<Account, 'terms'> | undefined,
): string | undefined {
  return termsVersion ?? (termsUrl && account?.terms?.length === 0 ? UNNUMBERED : undefined)
}
