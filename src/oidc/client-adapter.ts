import type { Adapter } from 'oidc-provider'
import type { Store } from '../storage/port.ts'
import { clientDeclaration, toLibraryClient } from './client-record.ts'

/** The library only reads clients; they are changed through `clients.ts`. */
export function createClientAdapter(store: Store): Adapter {
  const clients = store.collection(clientDeclaration)
  const nothing = () => Promise.resolve()
  return {
    async find(id) {
      const record = await clients.get(id)
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
