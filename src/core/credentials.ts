// What is enrolled for an account and can prove the person. A method owns the shape of its `data`.
import { z } from 'zod'
import type { Collection, Declaration, Store } from '../storage/port.ts'

export const credentialSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  method: z.string(),
  /** What its owner calls it. */
  label: z.string().max(100).optional(),
  /** No secret in the clear: `sealed` is what lib/seal.ts made, and moves to the newest secret with all else. */
  data: z.record(z.string(), z.unknown()),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  updatedAt: z.number(),
  /** When it last proved its owner. */
  usedAt: z.number().optional(),
})

export type Credential = z.infer<typeof credentialSchema>
export type Credentials = Collection<Credential>

export const credentialDeclaration: Declaration<Credential> = {
  name: 'credentials',
  schema: credentialSchema,
  indexes: [{ fields: ['accountId', 'method'] }],
}

export function openCredentials(store: Store): Credentials {
  return store.collection(credentialDeclaration)
}

/** More than anybody has. */
const MOST = 200

/** Everything that is enrolled for an account, in one look. */
export async function credentialsOf(credentials: Credentials, accountId: string): Promise<Credential[]> {
  return (await credentials.list({ accountId }, { limit: MOST })).items
}

/** The id of a credential of which an account has at most one, like its password: found without an index. */
export function onlyCredentialId(method: string, accountId: string): string {
  return `${method}:${accountId}`
}
