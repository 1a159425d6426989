import { setTimeout as pause } from 'node:timers/promises'
import type { Declaration, Document, Store } from '../storage/port.ts'
import type { Job } from './job.ts'

const BATCH = 200
/** Between two batches, so that requests come first. Milliseconds. */
const BREATH = 5

/** Removes what has expired, a few documents at a time. Reads never see an expired document; this only frees the room. */
export function removeExpired(store: Store, declarations: readonly Declaration<Document>[]): Job {
  return {
    name: 'remove-expired',
    about: 'removes what has expired',
    every: 300,
    async run() {
      let removed = 0
      for (const declaration of declarations) {
        if (declaration.expires) removed += await sweep(store, declaration)
      }
      return `${removed} documents removed`
    },
  }
}

async function sweep(store: Store, declaration: Declaration<Document>): Promise<number> {
  const collection = store.collection(declaration)
  let total = 0
  for (;;) {
    const removed = await collection.removeExpired(Date.now(), BATCH)
    total += removed
    if (removed < BATCH) return total
    await pause(BREATH)
  }
}
