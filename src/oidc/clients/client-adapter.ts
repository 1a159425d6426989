import type { Adapter } from 'oidc-provider'
import type { Store } from '../../storage/port.ts'
import { findClient, toLibraryClient } from './client-record.ts'

/** The library only reads clients; they are changed through `clients.ts`. */
export function createClientAdapter(store: Store): Adapter {
  const nothing = () => Promise.resolve()
  return {
    async find(id) {
      const record = await findClient(store, id)
      return record && toLibraryClient(record)
    },
    upsert: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
    findByUid: nothing,
    findByUserCode: nothing,
  }
}
