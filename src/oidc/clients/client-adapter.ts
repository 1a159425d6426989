import type { Adapter } from 'oidc-provider'
import { toLibraryClient } from './client-record.ts'
import type { FindClient } from './find-client.ts'

/** The library only reads clients; they are changed through `clients.ts`. */
export function createClientAdapter(findClient: FindClient): Adapter {
  const nothing = () => Promise.resolve()
  return {
    async find(id) {
      const record = await findClient(id)
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
