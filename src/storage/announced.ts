// Tells the bus of every write to collections that processes keep what they have read of.
import type { Bus } from '../lib/bus.ts'
import type { Collection, Declaration, Document, Store } from './port.ts'

type Verb = Exclude<keyof Collection<Document>, 'get' | 'first' | 'list' | 'count'>

const WRITES: ReadonlySet<string> = new Set<Verb>([
  'insert',
  'insertMany',
  'update',
  'upsert',
  'remove',
  'removeAll',
  'removeExpired',
])

/** The topic of a collection's changes. */
export function changesOf({ name }: Pick<Declaration<Document>, 'name'>): string {
  return `changed.${name}`
}

/** The store, whose announced collections tell of each write once it is made. */
export function announceWrites(store: Store, bus: Bus): Store {
  return {
    collection<T extends Document>(declaration: Declaration<T>): Collection<T> {
      const collection = store.collection(declaration)
      return declaration.announced ? announced(collection, () => bus.publish(changesOf(declaration), null)) : collection
    },
    ping: () => store.ping(),
    close: () => store.close(),
  }
}

function announced<T extends Document>(collection: Collection<T>, tell: () => void): Collection<T> {
  return new Proxy(collection, {
    get(_, verb) {
      const value: unknown = Reflect.get(collection, verb)
      if (typeof value !== 'function') return value
      const call = (...args: unknown[]) => value.apply(collection, args) as Promise<unknown>
      if (!WRITES.has(String(verb))) return call
      return async (...args: unknown[]) => {
        const answer = await call(...args)
        tell()
        return answer
      }
    },
  })
}
