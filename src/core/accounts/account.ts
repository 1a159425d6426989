// A person's record, and whether what they once obtained still counts.
import { z } from 'zod'
import { formerAddressSchema } from './former-addresses.ts'
import { groupsSchema } from './groups.ts'
import type { Declaration } from '../../storage/port.ts'
import { removedFactorSchema } from './removed-factors.ts'

/** The standard claims a person may have told us (OIDC Core 1.0, section 5.1), under their own names. */
export const profileSchema = z.object({
  name: z.string().max(200).optional(),
  given_name: z.string().max(100).optional(),
  family_name: z.string().max(100).optional(),
  middle_name: z.string().max(100).optional(),
  nickname: z.string().max(100).optional(),
  picture: z.string().max(2000).optional(),
  website: z.string().max(2000).optional(),
  gender: z.string().max(50).optional(),
  birthdate: z.string().max(10).optional(),
  zoneinfo: z.string().max(60).optional(),
  locale: z.string().max(35).optional(),
})

/** OIDC Core 1.0, section 5.1.1. */
export const addressSchema = z.object({
  formatted: z.string().max(500).optional(),
  street_address: z.string().max(200).optional(),
  locality: z.string().max(100).optional(),
  region: z.string().max(100).optional(),
  postal_code: z.string().max(20).optional(),
  country: z.string().max(60).optional(),
})

/** An admin says so; it is too old; it is too short for one that stands alone. */
const PASSWORD_CHANGE_REASONS = ['admin', 'expired', 'short'] as const

/**
 * `deactivated`: nobody gets in until it is restored. `scheduled`: the same, and it is purged at `purgeAt`. `purged`: its
 * removal has begun, and does not end before all of it is gone. `disabled` is what documents from before call `deactivated`.
 * A registration or an invitation that waits is no account yet.
 */
export const STATUSES = ['active', 'deactivated', 'scheduled', 'purged', 'disabled'] as const
export type Status = (typeof STATUSES)[number]

/** Who ended it. The person's own word can be taken back by the person, an administrator's by an administrator alone. */
const closingSchema = z.object({
  by: z.enum(['person', 'admin']),
  /** Epoch milliseconds. */
  at: z.number(),
  reason: z.string().max(500).optional(),
})

export const accountSchema = z.object({
  id: z.string(),
  /** Canonical: lower case, ASCII domain. Mail goes to this, never to what was typed later. */
  email: z.string(),
  emailVerified: z.boolean(),
  /** When it was last changed: what was mailed to another one before counts no longer. Epoch milliseconds. */
  emailChangedAt: z.number().optional(),
  /** Those that can be gone back to, the newest last. */
  formerAddresses: z.array(formerAddressSchema).optional(),
  username: z.string().optional(),
  phone: z.string().max(20).optional(),
  phoneVerified: z.boolean().optional(),
  address: addressSchema.optional(),
  profile: profileSchema,
  /** That of the pages on which it was made, to write to its owner in: not the `locale` claim, which is what they said. */
  language: z.string().optional(),
  /** Of the fields that the installation declares, by name. */
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /**
   * The versions of the terms that were accepted, the newest last. Empty where there were some when it was made, and no form to
   * accept them on. `at` in epoch milliseconds.
   */
  terms: z.array(z.object({ version: z.string(), at: z.number() })).optional(),
  roles: z.array(z.string()),
  groups: groupsSchema.optional(),
  /** Follows `roles`, as a field that can be found by. */
  admin: z.literal(true).optional(),
  status: z.enum(STATUSES),
  /** Absent for one that is active, and for a `disabled` one. */
  closing: closingSchema.optional(),
  /** From when on its removal is due. Epoch milliseconds. */
  purgeAt: z.number().optional(),
  /** Epoch seconds. Sessions and tokens obtained before it are dead. */
  validFrom: z.number(),
  /** When a required second factor was first asked for and put off: the grace period runs from then. Epoch milliseconds. */
  secondFactorAskedAt: z.number().optional(),
  /** When what can be a second factor was last set up or removed: devices remembered before are not. Epoch milliseconds. */
  secondFactorChangedAt: z.number().optional(),
  removedFactors: z.array(removedFactorSchema).optional(),
  /** Why the password has to be changed before anything else, where it has to. `at` in epoch milliseconds. */
  passwordChange: z.object({ reason: z.enum(PASSWORD_CHANGE_REASONS), at: z.number() }).optional(),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  updatedAt: z.number(),
})

export type Profile = z.infer<typeof profileSchema>
export type Account = z.infer<typeof accountSchema>
export type Closing = z.infer<typeof closingSchema>

export const accountDeclaration: Declaration<Account> = {
  name: 'accounts',
  schema: accountSchema,
  indexes: [
    { fields: ['email'], unique: true },
    { fields: ['username'], unique: true },
    { fields: ['admin'] },
    { fields: ['purgeAt'] },
  ],
  shared: true,
}

/**
 * Whether something obtained at `at` (epoch seconds) still counts for this account. Every session and token is
 * held against it on use, so that one update of the account ends them all.
 */
export function standing(account: Account, at: number): boolean {
  return account.status === 'active' && at >= account.validFrom
}

/**
 * The `validFrom` by which nothing counts that was obtained until `now` (epoch milliseconds). It is past the present second,
 * and past the former one too: where the clock is behind, what was obtained since then is dated by that.
 */
export function validFromNow({ validFrom }: Account, now: number): number {
  return Math.max(validFrom, Math.floor(now / 1000)) + 1
}

export type Why = Pick<Account, 'closing' | 'purgeAt'>

/** Whether nothing would change: an administrator's word stands over the person's, and a sooner day over a later one. */
export function isClosedAs(account: Account, status: Status, { closing, purgeAt = Infinity }: Why): boolean {
  if (account.status !== status) return false
  const isOverruled = closing?.by === 'admin' && account.closing?.by === 'person'
  return !isOverruled && purgeAt >= (account.purgeAt ?? Infinity)
}

/** Whether its owner may bring it back by signing in. `now` in epoch milliseconds. */
export function mayComeBack({ status, closing, purgeAt = Infinity }: Account, now: number): boolean {
  return closing?.by === 'person' && (status === 'deactivated' || status === 'scheduled') && now < purgeAt
}

/** Whether it was closed after `at` in its owner's name, and may still come back. Epoch milliseconds. */
export function isClosedSince(account: Account, at: number, now: number): boolean {
  return mayComeBack(account, now) && account.closing!.at >= at
}

/** Whether a sign-in can lead anywhere: only then are codes and links sent. `now` in epoch milliseconds. */
export function canSignIn(account: Account, now: number): boolean {
  return account.status === 'active' || mayComeBack(account, now)
}

/** Whether a second factor that was proven at `at` (epoch milliseconds) is one that the account still has. */
export function secondFactorStanding(account: Account, at: number): boolean {
  return standing(account, Math.floor(at / 1000)) && at >= (account.secondFactorChangedAt ?? 0)
}

/** The password has been changed. */
export function withoutPasswordChange(account: Account): Account {
  if (!account.passwordChange) return account
  const { passwordChange: _passwordChange, ...rest } = account
  return rest
}
