// Proving an address, by the code or by the link of one mail. A registration waits in here until its address is proven,
// and only then becomes an account: nobody can hold a stranger's address or a username by typing it, and the answer
// never tells whether an address is taken.
import { createHmac, randomInt } from 'node:crypto'
import { z } from 'zod'
import { newId, newSecret, sha256 } from '../../lib/ids.ts'
import { Refused } from '../../lib/errors.ts'
import type { Declaration, Store } from '../../storage/port.ts'
import { credentialSchema } from '../credentials.ts'
import { proofSchema } from '../signin/proof.ts'
import { accountSchema, profileSchema } from './account.ts'

/** How its owner will sign in. */
const securedSchema = z.union([
  z.object({ passwordHash: z.string(), passwordShort: z.literal(true).optional() }),
  z.object({ credential: credentialSchema.pick({ id: true, method: true, data: true }), proof: proofSchema }),
])

const registrationSchema = z.object({
  username: z.string().optional(),
  profile: profileSchema,
  /** Of its pages. */
  language: z.string().optional(),
  roles: z.array(z.string()).optional(),
  groups: accountSchema.shape.groups,
  fields: accountSchema.shape.fields,
  terms: accountSchema.shape.terms,
  /** By which it may be made at all: used up when the account is. */
  invitationId: z.string().optional(),
  /** Absent for one that is to be secured when its address is proven. */
  secured: securedSchema.optional(),
})

const verificationSchema = z.object({
  /** For a registration, also the id of the account that it becomes: proving it twice makes one account. */
  id: z.string(),
  email: z.string(),
  /** The account whose address it is; absent for a registration. */
  accountId: z.string().optional(),
  registration: registrationSchema.optional(),
  /** Keyed, as there are few codes; SHA-256 of the link's. Absent for an address that is taken: then nothing can ever match. */
  codeHash: z.string().optional(),
  linkHash: z.string().optional(),
  codeExpiresAt: z.number(),
  failures: z.number(),
  sent: z.number(),
  /** For the confirmation page: which browser began this, by its own name for itself (User-Agent). */
  startedFrom: z.string(),
  startedAt: z.number(),
  provenAt: z.number().optional(),
  expiresAt: z.number(),
})

export type Verification = z.infer<typeof verificationSchema>
export type Registration = z.infer<typeof registrationSchema>
export type Secured = z.infer<typeof securedSchema>

export const verificationDeclaration: Declaration<Verification> = {
  name: 'verifications',
  schema: verificationSchema,
  indexes: [{ fields: ['linkHash'], unique: true }],
  expires: 'expiresAt',
}

const MAX_FAILURES = 5
const MAX_SENT = 5

export interface NewVerification {
  email: string
  accountId?: string
  registration?: Registration
  /** The address has an account already: the mail will say so, and no code is made. */
  taken: boolean
  startedFrom: string
  /** By the mailed link of an invitation: nothing is left to be sent. */
  isProven?: boolean
}

/** The two secrets of one mail, in the clear for the mail alone. */
export interface Secrets {
  code: string
  link: string
}

export type Verifications = ReturnType<typeof createVerifications>

/**
 * `codeTtl` and `linkTtl` in seconds.
 * @param keys the newest first: whoever reads the store must not find a code by trying them all, and prove an address by it
 */
export function createVerifications(
  store: Store,
  { keys, codeTtl, linkTtl }: { keys: readonly Buffer[]; codeTtl: number; linkTtl: number },
) {
  const verifications = store.collection(verificationDeclaration)
  const codeHashes = (id: string, code: string) =>
    keys.map(key => createHmac('sha256', key).update(`${id}:${code}`).digest('base64url'))

  function newSecrets(
    id: string,
    now: number,
  ): { secrets: Secrets; hashes: Pick<Verification, 'codeHash' | 'linkHash'> & { codeExpiresAt: number } } {
    const secrets = { code: String(randomInt(1_000_000)).padStart(6, '0'), link: newSecret() }
    return {
      secrets,
      hashes: {
        codeHash: codeHashes(id, secrets.code)[0]!,
        linkHash: sha256(secrets.link),
        codeExpiresAt: now + codeTtl * 1000,
      },
    }
  }

  async function start({ taken, isProven, ...wanted }: NewVerification): Promise<{ id: string; secrets: Secrets }> {
    const now = Date.now()
    const id = newId()
    const { secrets, hashes } = newSecrets(id, now)
    await verifications.insert({
      id,
      ...wanted,
      ...(taken || isProven ? { codeExpiresAt: hashes.codeExpiresAt } : hashes),
      ...(isProven ? { provenAt: now } : {}),
      failures: 0,
      sent: 1,
      startedAt: now,
      expiresAt: now + linkTtl * 1000,
    })
    return { id, secrets }
  }

  /**
   * New secrets for the same address; the old ones die. Undefined when there is nothing to send any more.
   * @throws Refused `verification.sent_enough`
   */
  async function renew(id: string): Promise<{ verification: Verification; secrets: Secrets } | undefined> {
    const now = Date.now()
    const { secrets, hashes } = newSecrets(id, now)
    const verification = await verifications.update(id, known => {
      if (known.provenAt || known.sent >= MAX_SENT) return undefined
      const renewed = known.linkHash ? hashes : { codeExpiresAt: hashes.codeExpiresAt }
      return { ...known, ...renewed, failures: 0, sent: known.sent + 1 }
    })
    if (verification) return { verification, secrets }
    const known = await verifications.get(id)
    if (!known || known.provenAt) return undefined
    throw new Refused('verification.sent_enough', {
      status: 429,
    })
  }

  /**
   * Counts the try and compares in one update, so that parallel guesses are all counted.
   * @throws Refused `verification.wrong_code`, `verification.expired`, `verification.too_many`
   */
  async function proveByCode(id: string, typed: string): Promise<Verification> {
    const now = Date.now()
    const tried = codeHashes(id, typed.replace(/[\s-]/g, ''))
    const matches = ({ codeHash }: Verification) => codeHash !== undefined && tried.includes(codeHash)
    const verification = await verifications.update(id, known => {
      if (known.failures >= MAX_FAILURES) return undefined
      if (matches(known) && known.codeExpiresAt > now) return { ...known, provenAt: known.provenAt ?? now }
      return { ...known, failures: known.failures + 1 }
    })
    if (verification?.provenAt && matches(verification)) return verification
    if (!verification) {
      throw new Refused('verification.too_many', {
        field: 'code',
      })
    }
    if (verification.codeExpiresAt <= now) {
      throw new Refused('verification.expired', { field: 'code' })
    }
    throw new Refused('verification.wrong_code', {
      field: 'code',
    })
  }

  /** The verification that a mailed link names, if the link still counts. It uses nothing up: scanners open links too. */
  function byLink(secret: string): Promise<Verification | undefined> {
    return verifications.first({ linkHash: sha256(secret) })
  }

  /** Uses the link. Undefined when it has expired, was renewed or was used. */
  async function proveByLink(secret: string): Promise<Verification | undefined> {
    const linkHash = sha256(secret)
    const known = await byLink(secret)
    return (
      known &&
      verifications.update(known.id, doc =>
        doc.linkHash === linkHash && !doc.provenAt ? { ...doc, provenAt: Date.now() } : undefined,
      )
    )
  }

  return {
    start,
    renew,
    proveByCode,
    byLink,
    proveByLink,
    get: (id: string): Promise<Verification | undefined> => verifications.get(id),
    /** How a proven registration's owner will sign in, said once; undefined when it has been said, or is not to be. */
    secure: (id: string, secured: Secured): Promise<Verification | undefined> =>
      verifications.update(id, known =>
        known.registration && known.provenAt && !known.registration.secured
          ? { ...known, registration: { ...known.registration, secured } }
          : undefined,
      ),
    /** Another username for a registration that is proven but not yet an account; undefined for none. */
    setUsername: (id: string, username: string | undefined): Promise<Verification | undefined> =>
      verifications.update(id, known => {
        if (!known.registration || !known.provenAt) return undefined
        const { username: _taken, ...rest } = known.registration
        return { ...known, registration: { ...rest, ...(username ? { username } : {}) } }
      }),
  }
}
