// The store, with the time of each call noted. It adds one callback to a call, and touches neither arguments nor answers.
import type { Counter, Durations, Histogram } from '../lib/metrics/instruments.ts'
import type { Metrics } from '../lib/metrics/metrics.ts'
import { Conflict, Unavailable, type Collection, type Declaration, type Document, type Store } from './port.ts'

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

type Call = (...args: never[]) => Promise<unknown>

export function measureStore(store: Store, metrics: Metrics): Store {
  const durations = metrics.histogram({
    name: 'latchkey_store_duration_seconds',
    help: 'Time of a call to the store, by collection and verb.',
    labels: ['collection', 'verb'],
  })
  const failures = metrics.counter({
    name: 'latchkey_store_failures_total',
    help: 'Calls that the store did not answer, by collection, verb and reason (unavailable, error).',
    labels: ['collection', 'verb', 'reason'],
  })
  const measured = new Map<string, object>()

  return {
    collection<T extends Document>(declaration: Declaration<T>): Collection<T> {
      const known = measured.get(declaration.name)
      if (known) return known as Collection<T>
      const collection = measureCollection(store.collection(declaration), declaration.name, durations, failures)
      measured.set(declaration.name, collection)
      return collection
    },
    ping: () => store.ping(),
    close: () => store.close(),
  }
}

function measureCollection<T extends Document>(
  collection: Collection<T>,
  name: string,
  durations: Histogram,
  failures: Counter,
): Collection<T> {
  const verbs = VERBS.map(verb => {
    const call = (collection[verb] as Call).bind(collection)
    // Most collections know only some of the verbs.
    let duration: Durations | undefined
    const failed = (error: unknown) => {
      // That a document is there already is an answer, and a mistake in the arguments is no failure of the store's.
      if (error instanceof Conflict) return
      failures.with(name, verb, error instanceof Unavailable ? 'unavailable' : 'error').value++
    }
    const timed = (...args: never[]) => {
      const begun = performance.now()
      const end = () => (duration ??= durations.with(name, verb)).observe((performance.now() - begun) / 1000)
      const answer = call(...args)
      answer.then(end, (error: unknown) => {
        end()
        failed(error)
      })
      return answer
    }
    return [verb, timed] as const
  })
  return Object.fromEntries(verbs) as unknown as Collection<T>
}
