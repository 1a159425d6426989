import type { Adapter } from 'oidc-provider'
import type { Config } from '../../lib/config/schema.ts'
import type { Store } from '../../storage/port.ts'
import { consoleClients } from '../consoles/console-clients.ts'
import { findClient, toLibraryClient } from './client-record.ts'

/** The library only reads clients; they are changed through `clients.ts`. Our consoles are kept nowhere. */
export function createClientAdapter(store: Store, config: Config): Adapter {
  const consoles = consoleClients(config)
  const nothing = () => Promise.resolve()
  return {
    async find(id) {
      const record = consoles.get(id) ?? (await findClient(store, id))
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
