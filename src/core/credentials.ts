// What is enrolled for an account and can prove the person. A method owns the shape of its `data`.
import { z } from 'zod'
import type { Collection, Declaration, Store } from '../storage/port.ts'

const credentialSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  method: z.string(),
  data: z.record(z.string(), z.unknown()),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  updatedAt: z.number(),
})

export type Credential = z.infer<typeof credentialSchema>
export type Credentials = Collection<Credential>

export const credentialDeclaration: Declaration<Credential> = {
  name: 'credentials',
  schema: credentialSchema,
}

export function openCredentials(store: Store): Credentials {
  return store.collection(credentialDeclaration)
}

/** The id of a credential of which an account has at most one, like its password: found without an index. */
export function onlyCredentialId(method: string, accountId: string): string {
  return `${method}:${accountId}`
}
