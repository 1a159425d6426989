// A relying party as it is stored, and as the provider's library wants to see it.
import { z } from 'zod'
import type { AdapterPayload } from 'oidc-provider'
import type { Declaration, Store } from '../../storage/port.ts'

const secretSchema = z.object({ hash: z.string(), createdAt: z.number(), expiresAt: z.number().optional() })

const clientSchema = z.object({
  id: z.string(),
  /** RFC 7591 metadata, without the secret. */
  metadata: z.record(z.string(), z.unknown()),
  /** SHA-256 each; two while a rotation overlaps. 256 random bits need no slow hash. */
  secrets: z.array(secretSchema),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** The id of a removed client is never given again: what was made for it must not become another's. */
  removedAt: z.number().optional(),
})

export type ClientRecord = z.infer<typeof clientSchema>

export const clientDeclaration: Declaration<ClientRecord> = {
  name: 'clients',
  schema: clientSchema,
  shared: true,
}

/** Metadata of our own, beside RFC 7591's. Each is undefined or of the type that `checkOwnMetadata` asks for. */
export const OWN_METADATA = [
  'first_party',
  'require_pkce',
  'cors_origins',
  'introspection_audiences',
  'allowed_resources',
  'link_purposes',
] as const

/** The library holds secrets as text and compares them itself; ours is the list of hashes, compared by `secretMatches`. */
export function toLibraryClient(record: ClientRecord): AdapterPayload {
  const hashes = record.secrets.map(secret => `${secret.hash}@${secret.expiresAt ?? ''}`).join(' ')
  return {
    ...(record.metadata as AdapterPayload),
    client_id: record.id,
    ...(hashes ? { client_secret: hashes } : {}),
  }
}

/** @param held what `toLibraryClient` made of the hashes; @param hash the SHA-256 of the secret that was presented */
export function secretMatches(held: string | undefined, hash: string, now: number): boolean {
  return (held ?? '').split(' ').some(secret => {
    const [known, expiresAt] = secret.split('@')
    return known === hash && (!expiresAt || Number(expiresAt) > now)
  })
}

/** The client of that id; undefined for one that was removed, as for one that never was. */
export async function findClient(store: Store, id: string): Promise<ClientRecord | undefined> {
  const record = await store.collection(clientDeclaration).get(id)
  return record?.removedAt ? undefined : record
}
