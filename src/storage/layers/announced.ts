// Tells the bus of every write to collections that processes keep what they have read of.
import type { Bus } from '../../lib/bus.ts'
import type { Declaration, Document, Store } from '../port.ts'
import { wrapStore, type Verb } from './wrapped.ts'

const READS: ReadonlySet<Verb> = new Set(['get', 'first', 'list', 'count'])

/** The topic of a collection's changes. */
export function changesOf({ name }: Pick<Declaration<Document>, 'name'>): string {
  return `changed.${name}`
}

/** The store, whose announced collections tell of each write once it is made. */
export function announceWrites(store: Store, bus: Bus): Store {
  const telling = wrapStore(store, (name, verb, call) => {
    if (READS.has(verb)) return call
    return async (...args) => {
      const answer = await call(...args)
      bus.publish(changesOf({ name }), null)
      return answer
    }
  })
  return {
    collection: declaration => (declaration.announced ? telling : store).collection(declaration),
    ping: () => store.ping(),
    close: () => store.close(),
  }
}
