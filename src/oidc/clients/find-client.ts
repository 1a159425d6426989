import type { Config } from '../../lib/config/schema.ts'
import type { Store } from '../../storage/port.ts'
import { consoleClients } from '../consoles/console-clients.ts'
import { findClient, type ClientRecord } from './client-record.ts'

export type FindClient = (id: string) => Promise<ClientRecord | undefined>

/** Finds every client that the provider knows: the registered ones in the store, and our consoles. */
export function createFindClient(store: Store, config: Config): FindClient {
  const consoles = consoleClients(config)
  return async id => consoles.get(id) ?? findClient(store, id)
}
