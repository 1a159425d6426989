import type { Collection, Declaration, Document, Store } from '../../src/storage/port.ts'

export interface Hold {
  wrap(store: Store): Store
  /** Holds up the next call of this kind (`sessions.upsert`) until it is released. */
  next(call: string): { reached: Promise<void>; release(): void }
}

/** A store in which a call can be held up, so that something else happens before it. */
export function createHold(): Hold {
  const held = new Map<string, { reach(): void; released: Promise<void> }>()
  const wrapped = <T extends Document>(collection: Collection<T>, name: string): Collection<T> =>
    new Proxy(collection, {
      get(target, verb) {
        const value: unknown = Reflect.get(target, verb)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          const key = `${name}.${String(verb)}`
          const stop = held.get(key)
          held.delete(key)
          stop?.reach()
          await stop?.released
          return value.apply(target, args) as unknown
        }
      },
    })
  return {
    wrap: store => ({
      collection: <T extends Document>(declaration: Declaration<T>) =>
        wrapped(store.collection(declaration), declaration.name),
      ping: () => store.ping(),
      close: () => store.close(),
    }),
    next(call) {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      held.set(call, { reach: reached.resolve, released: released.promise })
      return { reached: reached.promise, release: released.resolve }
    },
  }
}
