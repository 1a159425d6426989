// Latchkey inside this process, over a filled store, for what has to see the store and the clock.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buildApp, type App } from '../../../src/app.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { createLog } from '../../../src/lib/log.ts'
import { declarations } from '../../../src/oidc/declarations.ts'
import { openStore } from '../../../src/storage/open.ts'
import type { Declaration, Document, Store } from '../../../src/storage/port.ts'
import { freePort } from '../../../test/support/server.ts'
import type { Stocked } from '../servers/latchkey.ts'
import type { Target } from '../servers/target.ts'
import type { Written } from './clone.ts'
import { recordWrites, type RecordingStore } from './recording-store.ts'

export interface InProcess {
  app: App
  target: Target
  store: Store
  writtenBy: RecordingStore['writtenBy']
  close(): Promise<void>
}

export async function openInProcess({ env, clientSecret, people }: Stocked): Promise<InProcess> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const config = loadConfig({ env: { ...env, LATCHKEY_PORT: String(port), LATCHKEY_ISSUER: origin } })
  const { store, writtenBy } = recordWrites(await openStore(config.store, declarations))
  const app = await buildApp(config, store, createLog({ ...config, logLevel: 'silent' }))
  const server = createServer(app.handler).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    app,
    target: { origin, clientSecret, people },
    store,
    writtenBy,
    async close() {
      server.close()
      server.closeAllConnections()
      await app.close()
    },
  }
}

/** Nobody else uses the store meanwhile: the larger, the fewer pages are written twice. */
const BATCH = 20_000

/** Writes documents of any collections, in batches. */
export async function insertAll(store: Store, documents: Written[]): Promise<void> {
  for (const declaration of declarations as readonly Declaration<Document>[]) {
    const own = documents.filter(({ collection }) => collection === declaration.name).map(({ document }) => document)
    for (let at = 0; at < own.length; at += BATCH)
      await store.collection(declaration).insertMany(own.slice(at, at + BATCH))
  }
}
