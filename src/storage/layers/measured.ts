import type { Durations } from '../../lib/metrics/instruments.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import { Conflict, Unavailable, type Store } from '../port.ts'
import { wrapStore } from './wrapped.ts'

/** The store, with the time of each call noted. That adds one callback to a call, and touches neither arguments nor answer. */
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

  return wrapStore(store, (collection, verb, call) => {
    // Most collections know only some of the verbs.
    let duration: Durations | undefined
    return (...args) => {
      const begun = performance.now()
      const end = () => (duration ??= durations.with(collection, verb)).observe((performance.now() - begun) / 1000)
      const answer = call(...args)
      answer.then(end, (error: unknown) => {
        end()
        // That a document is there already is an answer.
        if (error instanceof Conflict) return
        failures.with(collection, verb, error instanceof Unavailable ? 'unavailable' : 'error').value++
      })
      return answer
    }
  })
}
