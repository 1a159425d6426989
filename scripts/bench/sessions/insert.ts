import { declarations } from '../../../src/oidc/declarations.ts'
import type { Declaration, Document, Store } from '../../../src/storage/port.ts'
import type { Written } from './clone.ts'

/** Nobody else uses the store meanwhile: the larger, the fewer pages are written twice. */
const BATCH = 20_000

/** Writes documents of any collections. */
export async function insertAll(store: Store, documents: Written[]): Promise<void> {
  for (const declaration of declarations as readonly Declaration<Document>[]) {
    const own = documents.filter(({ collection }) => collection === declaration.name).map(({ document }) => document)
    for (let at = 0; at < own.length; at += BATCH) {
      await store.collection(declaration).insertMany(own.slice(at, at + BATCH))
    }
  }
}
