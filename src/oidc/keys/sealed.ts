// Every field that is kept sealed under LATCHKEY_SECRETS, in one list; and how they all move to the newest secret.
import type { Sealer } from '../../lib/seal.ts'
import type { Collection, Declaration, Document, Store } from '../../storage/port.ts'
import { challengeDeclaration } from '../../core/challenges.ts'
import { credentialDeclaration } from '../../core/credentials.ts'
import { outboxDeclaration, textsDeclaration, type Message } from '../../core/outbox/outbox.ts'
import { keyDeclaration } from './keys.ts'

/** A collection with sealed fields: which texts of a document are sealed, and the document with others in their place. */
interface SealedFields<T extends Document> {
  declaration: Declaration<T>
  sealedIn(doc: T): string[]
  withSealed(doc: T, anew: (sealed: string) => string): T
}

function fields<T extends Document>(described: SealedFields<T>) {
  return (store: Store, sealer: Sealer): Promise<number> =>
    reseal(store.collection(described.declaration), described, sealer)
}

/** `data.sealed`, where there is one. */
function dataField<T extends Document & { data: Record<string, unknown> }>(declaration: Declaration<T>) {
  return fields<T>({
    declaration,
    sealedIn: ({ data }) => (typeof data.sealed === 'string' ? [data.sealed] : []),
    withSealed: (doc, anew) =>
      typeof doc.data.sealed === 'string' ? { ...doc, data: { ...doc.data, sealed: anew(doc.data.sealed) } } : doc,
  })
}

function messages(declaration: Declaration<Message>) {
  return fields<Message>({
    declaration,
    sealedIn: ({ sealed }) => (sealed === undefined ? [] : [sealed]),
    withSealed: (message, anew) =>
      message.sealed === undefined ? message : { ...message, sealed: anew(message.sealed) },
  })
}

const sealedFields = [
  // The private halves of the signing keys.
  fields({
    declaration: keyDeclaration,
    sealedIn: ring => ring.keys.map(key => key.sealed),
    withSealed: (ring, anew) => ({ ...ring, keys: ring.keys.map(key => ({ ...key, sealed: anew(key.sealed) })) }),
  }),
  // What methods must read again, like the secret of an authenticator app, and what is shown while one is set up.
  dataField(credentialDeclaration),
  dataField(challengeDeclaration),
  // Mails and text messages that wait.
  messages(outboxDeclaration),
  messages(textsDeclaration),
]

const BATCH = 50

/**
 * Seals everything anew that an older secret sealed, a few documents at a time, while others read and write. When it
 * has ended, the older secrets may be taken out of LATCHKEY_SECRETS.
 * @returns how many fields were sealed anew
 * @throws UnsealError when a field was sealed under a secret that is not there any more
 */
export async function resealAll(store: Store, sealer: Sealer): Promise<number> {
  let changed = 0
  for (const resealFields of sealedFields) changed += await resealFields(store, sealer)
  return changed
}

async function reseal<T extends Document>(
  collection: Collection<T>,
  { sealedIn, withSealed }: SealedFields<T>,
  sealer: Sealer,
): Promise<number> {
  let changed = 0
  let cursor: string | undefined
  do {
    const page = await collection.list({}, { limit: BATCH, ...(cursor ? { cursor } : {}) })
    for (const doc of page.items) {
      const old = sealedIn(doc).filter(sealed => !sealer.isNewest(sealed))
      if (old.length === 0) continue
      const anew = new Map(
        await Promise.all(old.map(async sealed => [sealed, await sealer.seal(await sealer.unseal(sealed))] as const)),
      )
      // Sealing takes time; what was changed meanwhile keeps its change, and only the same sealed texts are replaced.
      await collection.update(doc.id, known => withSealed(known, sealed => anew.get(sealed) ?? sealed))
      changed += old.length
    }
    cursor = page.cursor
  } while (cursor)
  return changed
}
