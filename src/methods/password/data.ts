import { z } from 'zod'
import type { Sealer } from '../../lib/seal.ts'

export const passwordDataSchema = z.object({
  /** Absent for one that was brought in, until its owner has signed in with it. */
  hash: z.string().optional(),
  /** Another program's hash: it may be a weak one, or hold what no hash should, so the store alone does not give it away. */
  sealed: z.string().optional(),
  /** Those before it, the latest first: not to be chosen again. */
  history: z.array(z.string()).optional(),
  /** Shorter than one may be that signs in alone. */
  short: z.literal(true).optional(),
  /** When it was chosen, where that is known. Epoch milliseconds. */
  chosenAt: z.number().optional(),
})

/** What is kept of a password. */
export type PasswordData = z.infer<typeof passwordDataSchema>

/** A password that may be somebody's, as it is kept from then on. */
export interface NewPassword {
  hash: string
  short?: true
}

/** The hash to hold a password against. */
export async function storedHash(sealer: Sealer, { hash, sealed }: PasswordData): Promise<string | undefined> {
  return hash ?? (sealed === undefined ? undefined : sealer.unseal(sealed))
}
