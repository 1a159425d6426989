import type { Collection, Declaration, Document, Store } from '../../src/storage/port.ts'

export interface Hold {
  wrap(store: Store): Store
  /** Holds up the next call of this kind (`sessions.upsert`) until it is released. */
  next(call: string): { reached: Promise<void>; release(): void }
  /** The next calls of this kind, so many, are answered once all of them are: whoever reads, has read the same. */
  together(call: string, count: number): void
}

/** A store in which a call can be held up, so that something else happens before it. */
export function createHold(): Hold {
  const held = new Map<string, { reach(): void; released: Promise<void> }>()
  const gathering = new Map<string, { missing: number; all: Promise<void>; release(): void }>()

  async function answeredTogether(call: string, answer: unknown): Promise<unknown> {
    const crowd = gathering.get(call)
    if (!crowd) return answer
    await Promise.allSettled([answer])
    crowd.missing -= 1
    if (crowd.missing === 0) {
      gathering.delete(call)
      crowd.release()
    }
    await crowd.all
    return answer
  }

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
          return answeredTogether(key, value.apply(target, args))
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
    together(call, count) {
      const all = Promise.withResolvers<void>()
      gathering.set(call, { missing: count, all: all.promise, release: all.resolve })
    },
  }
}
