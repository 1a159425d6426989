// What an account no longer has to sign in with. What it proved before proves nothing any more, in whichever session: one
// update of the account says so to all of them, on every process.
import { z } from 'zod'
import type { Proof } from '../signin/proof.ts'

export const removedFactorSchema = z.object({
  method: z.string(),
  credentialId: z.string(),
  /** Epoch milliseconds. */
  at: z.number(),
})

export type RemovedFactor = z.infer<typeof removedFactorSchema>

/** More than are removed within the life of a session. */
const KEPT = 50

export function withRemoved(known: readonly RemovedFactor[] = [], removed: RemovedFactor): RemovedFactor[] {
  return [...known, removed].slice(-KEPT)
}

/** Whether it was given by something that was removed since. Only a method that may be there twice names the very one. */
export function isOfRemoved(removed: readonly RemovedFactor[] = [], { method, credentialId, at }: Proof): boolean {
  return removed.some(
    gone =>
      gone.method === method && at <= gone.at && (credentialId === undefined || credentialId === gone.credentialId),
  )
}
