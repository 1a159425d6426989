import type { Tracing } from '../../lib/tracing/tracing.ts'
import type { Store } from '../port.ts'
import { wrapStore } from './wrapped.ts'

/** The store, with each call that a request makes in a span. It tells collection and verb, and nothing of the document. */
export function traceStore(store: Store, tracing: Tracing): Store {
  return wrapStore(store, (collection, verb, call) => {
    const name = `${collection}.${verb}`
    const facts = { 'db.collection.name': collection, 'db.operation.name': verb }
    return (...args) => tracing.step(name, facts, () => call(...args))
  })
}
