// A change of address can be undone for a while, by whoever reads the mailbox of the old one: what was changed by somebody
// who had got in must not keep the owner out.
import { z } from 'zod'
import { newId, newSecret, sha256 } from '../../lib/ids.ts'

/** Milliseconds. */
export const UNDO_FOR = 7 * 24 * 60 * 60 * 1000
/** Of one account, within that time. */
const MOST = 20

export const formerAddressSchema = z.object({
  id: z.string(),
  email: z.string(),
  /** SHA-256 of the secret in the mail to it. */
  undoHash: z.string(),
  /** When it was changed. Epoch milliseconds. */
  at: z.number(),
})

export type FormerAddress = z.infer<typeof formerAddressSchema>

interface Addressed {
  email: string
  emailVerified: boolean
  emailChangedAt?: number | undefined
  formerAddresses?: FormerAddress[] | undefined
}

/** One more that was left. @returns with the secret, for the mail to it alone */
export function leave(email: string): { former: FormerAddress; secret: string } {
  const secret = newSecret()
  return { former: { id: newId(), email, undoHash: sha256(secret), at: Date.now() }, secret }
}

/**
 * Pure. Undefined when the address is another one by now. An address that was never proven is no way back. Of too many the
 * oldest stay: whoever has got in could otherwise go on until the owner's is forgotten.
 */
export function moved<T extends Addressed>(account: T, from: FormerAddress, to: string): T | undefined {
  if (account.email !== from.email) return undefined
  const former = (account.formerAddresses ?? []).filter(({ at }) => at > from.at - UNDO_FOR)
  return {
    ...account,
    email: to,
    emailVerified: true,
    emailChangedAt: from.at,
    formerAddresses: account.emailVerified ? [...former.slice(0, MOST - 1), from] : former,
  }
}

/** The address that a secret leads back to, while it does. */
export function formerOf({ formerAddresses = [] }: Addressed, secret: string, now: number): FormerAddress | undefined {
  const undoHash = sha256(secret)
  return formerAddresses.find(former => former.undoHash === undoHash && now < former.at + UNDO_FOR)
}

/** Pure. With it go the changes that came after: the address that a thief left on the way leads nowhere any more. */
export function movedBack<T extends Addressed>(account: T, secret: string, now: number): T | undefined {
  const former = formerOf(account, secret, now)
  if (!former) return undefined
  const before = account.formerAddresses!.filter(({ at, id }) => at < former.at && id !== former.id)
  return { ...account, email: former.email, emailVerified: true, emailChangedAt: now, formerAddresses: before }
}
