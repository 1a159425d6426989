// A store that notes which documents are written through it, when it is asked to.
import type { Collection, Declaration, Document, Store } from '../../../src/storage/port.ts'
import type { Written } from '../sessions/clone.ts'

export interface RecordingStore {
  store: Store
  /** What is written while the work is done, as it is then; what is gone again is left out. */
  writtenBy(work: () => Promise<unknown>): Promise<Written[]>
}

/** Verbs whose first argument is the id, and those whose first argument is what is written. */
const BY_ID = new Set(['update', 'upsert'])
const BY_DOCUMENT = new Set(['insert', 'insertMany'])

export function recordWrites(store: Store): RecordingStore {
  let writes: Map<string, { collection: Pick<Collection<Document>, 'get'>; name: string; id: string }> | undefined

  function recording<T extends Document>(declaration: Declaration<T>): Collection<T> {
    const collection = store.collection(declaration)
    const { name } = declaration
    const note = (id: string) => writes?.set(`${name} ${id}`, { collection, name, id })
    return new Proxy(collection, {
      get(_, verb) {
        const value: unknown = Reflect.get(collection, verb)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const [first] = args
          if (BY_ID.has(String(verb))) note(first as string)
          if (BY_DOCUMENT.has(String(verb))) for (const one of [first].flat()) note((one as Document).id)
          return value.apply(collection, args) as unknown
        }
      },
    })
  }

  return {
    // The rest of the store, as it is.
    store: new Proxy(store, {
      get(_, verb) {
        if (verb === 'collection') return recording
        const value: unknown = Reflect.get(store, verb)
        return typeof value === 'function' ? value.bind(store) : value
      },
    }),
    async writtenBy(work) {
      writes = new Map()
      await work()
      const all = [...writes.values()]
      writes = undefined
      const documents = await Promise.all(all.map(({ collection, id }) => collection.get(id)))
      return all.flatMap(({ name }, at) => (documents[at] ? [{ collection: name, document: documents[at] }] : []))
    },
  }
}
