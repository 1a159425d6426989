// Which claims each scope gives, and what they are for an account (OIDC Core 1.0, sections 5.1 and 5.4).
import type { AccountField } from '../../lib/config/account-fields.ts'
import type { Account } from '../../core/accounts/account.ts'

const standardClaims: Record<string, string[]> = {
  // In every ID token, asked for or not: apps that check how someone signed in need not know how to ask.
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: [
    'name',
    'given_name',
    'family_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  address: ['address'],
  groups: ['groups'],
}

/** What the installation declares of its own is part of the profile. */
export function claimsByScope(fields: readonly AccountField[]): Record<string, string[]> {
  const own = fields.flatMap(({ claim }) => claim ?? [])
  return { ...standardClaims, profile: [...standardClaims.profile!, ...own] }
}

/** Only what is known: an absent claim is left out, never null or empty. */
export function claimsOf(
  account: Account,
  fields: readonly AccountField[] = [],
): { sub: string; [claim: string]: unknown } {
  return {
    sub: account.id,
    ...account.profile,
    ...(account.username ? { preferred_username: account.username } : {}),
    updated_at: Math.floor(account.updatedAt / 1000),
    email: account.email,
    email_verified: account.emailVerified,
    ...(account.phone ? { phone_number: account.phone, phone_number_verified: account.phoneVerified ?? false } : {}),
    ...(account.address ? { address: account.address } : {}),
    ...(account.groups?.length ? { groups: account.groups } : {}),
    ...declaredClaims(account, fields),
  }
}

function declaredClaims({ fields: values = {} }: Account, fields: readonly AccountField[]): Record<string, unknown> {
  const known = fields.filter(({ claim, name }) => claim && Object.hasOwn(values, name))
  return Object.fromEntries(known.map(({ claim, name }) => [claim!, values[name]]))
}

/** Claims about the sign-in itself, which nobody has to agree to. */
export const unaskedClaims = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss'])
