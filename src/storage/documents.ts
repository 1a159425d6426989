// From a stored body to the document. Shared ones are parsed once: the body is read each time all the same, so that what
// another process has changed counts at once, and is compared with what the document at hand was made from.
import type { Declaration, Document } from './port.ts'

/** Bodies kept of one collection. Few, as only what is read on every request is shared. */
const MAX_SHARED = 1000

/** @returns what makes a document of the body that is stored under an id */
export function documentsOf<T extends Document>({ shared }: Declaration<T>): (id: string, body: string) => T {
  if (!shared) return (_id, body) => JSON.parse(body) as T
  const held = new Map<string, { body: string; doc: T }>()
  return (id, body) => {
    const known = held.get(id)
    if (known?.body === body) return known.doc
    if (held.size >= MAX_SHARED) held.clear()
    const doc = freeze(JSON.parse(body) as T)
    held.set(id, { body, doc })
    return doc
  }
}

/** All the way down: one caller's change would be seen by all others. */
function freeze<V>(value: V): V {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze)
    Object.freeze(value)
  }
  return value
}
