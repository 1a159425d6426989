import type { Collection, Declaration, Document, Store } from '../port.ts'

const VERBS = [
  'insert',
  'insertMany',
  'get',
  'update',
  'upsert',
  'remove',
  'first',
  'list',
  'count',
  'removeAll',
  'removeExpired',
] as const satisfies readonly (keyof Collection<Document>)[]

export type Verb = (typeof VERBS)[number]
export type Call = (...args: never[]) => Promise<unknown>

/** The same store, with something around each call to it; collections are wrapped once, when they are first asked for. */
export function wrapStore(store: Store, wrap: (collection: string, verb: Verb, call: Call) => Call): Store {
  const wrapped = new Map<string, object>()
  return {
    collection<T extends Document>(declaration: Declaration<T>): Collection<T> {
      const { name } = declaration
      const known = wrapped.get(name)
      if (known) return known as Collection<T>
      const collection = store.collection(declaration)
      const verbs = VERBS.map(verb => [verb, wrap(name, verb, (collection[verb] as Call).bind(collection))])
      const made = Object.fromEntries(verbs) as unknown as Collection<T>
      wrapped.set(name, made)
      return made
    },
    ping: () => store.ping(),
    close: () => store.close(),
  }
}
