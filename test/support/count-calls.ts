import { AsyncLocalStorage } from 'node:async_hooks'
import type { Server } from 'node:http'
import type { Collection, Declaration, Document, Store } from '../../src/storage/port.ts'

export interface CountedStore {
  store: Store
  /** By collection and verb, like `accounts.get`. */
  calls: Map<string, number>
  reset(): void
  /** Counts only what requests to the server ask for from now on, and not what it looks at every few seconds. */
  ofRequests(server: Server): void
}

/** The store, counting the calls that go through it. */
export function countCalls(store: Store): CountedStore {
  const calls = new Map<string, number>()
  const inRequest = new AsyncLocalStorage<true>()
  let onlyRequests = false
  const counted = <T extends object>(target: T, name: string): T =>
    new Proxy(target, {
      get(_, verb) {
        const value: unknown = Reflect.get(target, verb)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const key = `${name}.${String(verb)}`
          if (!onlyRequests || inRequest.getStore()) calls.set(key, (calls.get(key) ?? 0) + 1)
          return value.apply(target, args) as unknown
        }
      },
    })
  return {
    store: {
      collection: <T extends Document>(declaration: Declaration<T>): Collection<T> =>
        counted(store.collection(declaration), declaration.name),
      ping: () => store.ping(),
      close: () => store.close(),
    },
    calls,
    reset: () => calls.clear(),
    ofRequests(server) {
      server.prependListener('request', () => inRequest.enterWith(true))
      onlyRequests = true
    },
  }
}
