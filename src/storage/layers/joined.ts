// Two stores as one: what is volatile in Redis, the rest where it lasts.
import type { Collection, Declaration, Document, Store } from '../port.ts'

export function isVolatile({ volatile }: Declaration<Document>): boolean {
  return volatile ?? false
}

/** What the store that lasts has to keep: everything, when there is no Redis. */
export function durableAmong<D extends Declaration<Document>>(declarations: readonly D[], redis?: string): D[] {
  return declarations.filter(each => redis === undefined || !isVolatile(each))
}

/** It can be used while both can. */
export function joinStores(durable: Store, volatile: Store): Store {
  return {
    collection<T extends Document>(declaration: Declaration<T>): Collection<T> {
      return (declaration.volatile ? volatile : durable).collection(declaration)
    },
    async ping() {
      await Promise.all([durable.ping(), volatile.ping()])
    },
    async close() {
      await Promise.all([durable.close(), volatile.close()])
    },
  }
}
