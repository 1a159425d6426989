// What an upstream says of a person, as far as we take its word for it.
import { z } from 'zod'
import { canonicalEmail, canonicalName } from '../../core/accounts/names.ts'
import { profileSchema, type Profile } from '../../core/accounts/account.ts'
import type { Credential } from '../../core/credentials.ts'
import { sha256 } from '../../lib/ids.ts'
import type { Upstream } from '../../lib/config/upstreams.ts'

/** Null, an empty text or an object is nobody's id: else all of those would be one person. */
export const subject = z.union([z.string().min(1).max(255), z.int().transform(String)])

/** Who it is there. */
export interface Identity {
  issuer: string
  subject: string
  claims: Record<string, unknown>
}

export interface Person {
  /** Canonical; undefined where none was told, or none that is one. */
  email: string | undefined
  /** Whether it says so, and we trust it to. */
  emailVerified: boolean
  profile: Profile
  roles: string[]
}

export function personOf(
  { trustEmail, profile, roles }: Pick<Upstream, 'trustEmail' | 'profile' | 'roles'>,
  claims: Record<string, unknown>,
): Person {
  // Apple says it as text.
  const verified = claims.email_verified === true || claims.email_verified === 'true'
  return {
    email: emailOf(claims.email),
    emailVerified: trustEmail && verified,
    profile: Object.fromEntries(
      Object.entries(profile).flatMap(([field, claim]) => {
        const value = profileValue(field as keyof Profile, claims[claim])
        return value === undefined ? [] : [[field, value]]
      }),
    ),
    roles: [...new Set(roles.filter(({ claim, value }) => has(claims[claim], value)).map(({ role }) => role))],
  }
}

/** What is kept of it: one identity is one account's, whichever upstream of ours it came through. */
export function identityRecord(
  { issuer, subject: sub }: Identity,
  { email }: Pick<Person, 'email'>,
  method: string,
): Pick<Credential, 'id' | 'method' | 'data'> {
  const id = `upstream:${sha256(JSON.stringify([issuer, sub]))}`
  return { id, method, data: { issuer, ...(email ? { email } : {}) } }
}

function emailOf(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? canonicalEmail(value) : undefined
  } catch {
    return undefined
  }
}

/** What does not fit is left out: a person may fill it in, and is not kept from signing in by it. */
function profileValue(field: keyof Profile, value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2000) return undefined
  const isAddress = field === 'picture' || field === 'website'
  if (isAddress && !/^https?:\/\//.test(value)) return undefined
  const { data } = profileSchema.shape[field].safeParse(isAddress ? value : canonicalName(value.slice(0, 200)))
  return data
}

function has(claim: unknown, value: string): boolean {
  return Array.isArray(claim) ? claim.includes(value) : String(claim) === value
}
