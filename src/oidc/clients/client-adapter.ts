import Provider, { type Adapter } from 'oidc-provider'
import type { Store } from '../../storage/port.ts'
import { findClient, toLibraryClient } from './client-record.ts'

/** The library only reads clients; they are changed through `clients.ts`. */
export function createClientAdapter(store: Store): Adapter {
  const nothing = () => Promise.resolve()
  /** By request. */
  const unanswered = new WeakMap<object, unknown>()
  return {
    async find(id) {
      const request = Provider.ctx ?? {}
      // To explain an error the library looks the app up again: a store that is away would be waited for twice.
      if (unanswered.has(request)) throw unanswered.get(request)
      try {
        const record = await findClient(store, id)
        return record && toLibraryClient(record)
      } catch (error) {
        unanswered.set(request, error)
        throw error
      }
    },
    upsert: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
    findByUid: nothing,
    findByUserCode: nothing,
  }
}
