// Latchkey inside this process, for what has to see its store, its parts and its clock.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buildApp, type App } from '../../../src/app.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { createLog } from '../../../src/lib/log.ts'
import { declarations } from '../../../src/oidc/declarations.ts'
import { openStore } from '../../../src/storage/open.ts'
import type { Store } from '../../../src/storage/port.ts'
import { freePort } from '../../../test/support/ports.ts'
import { recordWrites, type RecordingStore } from './recording-store.ts'
import type { Stocked } from './stock.ts'
import type { Target } from './target.ts'

export interface InProcess {
  app: App
  target: Target
  store: Store
  writtenBy: RecordingStore['writtenBy']
  close(): Promise<void>
}

/** The program over its store, without a port and without jobs. */
export async function openApp(env: Record<string, string>): Promise<Omit<InProcess, 'target' | 'close'>> {
  const config = loadConfig({ env })
  const { store, writtenBy } = recordWrites(await openStore(config.store, declarations, config.redis))
  const app = await buildApp(config, store, createLog({ ...config, logLevel: 'silent' }))
  return { app, store, writtenBy }
}

/** The same on a port. */
export async function openInProcess({ env, clientSecret, people, signedIn }: Stocked): Promise<InProcess> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const opened = await openApp({ ...env, LATCHKEY_PORT: String(port), LATCHKEY_ISSUER: origin })
  const server = createServer(opened.app.handler).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...opened,
    target: { origin, clientSecret, people, signedIn },
    async close() {
      server.close()
      server.closeAllConnections()
      await opened.app.close()
    },
  }
}
