// SignIn: our record beside the provider's session, found by the session's uid. It keeps what the library's session
// cannot: the proofs with their times, the device, and where the sign-in came from.
import { z } from 'zod'
import type { Declaration, Store } from '../storage/port.ts'
import { proofSchema, type Proof } from './signin/proof.ts'

const signInSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  proofs: z.array(proofSchema),
  deviceId: z.string().optional(),
  address: z.string(),
  userAgent: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
})

export type SignIn = z.infer<typeof signInSchema>

export const signInDeclaration: Declaration<SignIn> = {
  name: 'signIns',
  schema: signInSchema,
  indexes: [{ fields: ['accountId', 'createdAt'] }],
  expires: 'expiresAt',
}

export type SignIns = ReturnType<typeof createSignIns>

export function createSignIns(store: Store) {
  const signIns = store.collection(signInDeclaration)
  return {
    get: (sessionUid: string): Promise<SignIn | undefined> => signIns.get(sessionUid),

    /** Makes the record of a session, or adds the newer proofs of a step-up by the same account to it. */
    record: (wanted: SignIn): Promise<SignIn | undefined> =>
      signIns.upsert(wanted.id, known =>
        known?.accountId === wanted.accountId
          ? { ...known, proofs: latestProofs([...known.proofs, ...wanted.proofs]), expiresAt: wanted.expiresAt }
          : wanted,
      ),
  }
}

function latestProofs(proofs: Proof[]): Proof[] {
  const latest = new Map<string, Proof>()
  for (const proof of proofs) {
    const known = latest.get(proof.method)
    if (!known || known.at <= proof.at) latest.set(proof.method, proof)
  }
  return [...latest.values()]
}
