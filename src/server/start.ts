// One server in this process: store, app, listening, jobs; and its end.
import { createServer, type Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { buildApp, type App } from '../app.ts'
import { startScheduler } from '../jobs/scheduler.ts'
import type { Config } from '../lib/config/schema.ts'
import type { Log } from '../lib/log.ts'
import { declarations } from '../oidc/declarations.ts'
import { ownSource } from '../operations/own-source.ts'
import { openManagementPort } from '../operations/port.ts'
import { openBus } from '../storage/bus.ts'
import { openStore } from '../storage/open.ts'
import { boundHeap } from './heap.ts'
import { listen } from './listen.ts'
import type { Running } from './running.ts'

export interface RunningServer extends Running {
  app: App
  server: Server
}

/** How long requests under way may take to end. Milliseconds. */
const DRAIN = 20_000

/** @throws CannotOpen or Unavailable for a store that is not there, and what listening fails with */
export async function start(config: Config, log: Log, { management: withPort = true } = {}): Promise<RunningServer> {
  const store = await openStore(config.store, declarations, config.redis)
  const bus = await openBus(config.redis).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  const app = await buildApp(config, store, log, { bus })
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, app.handler)
  const port = await listen(server, config)
  boundHeap()
  // From now on, and not from the first scrape, the process watches its event loop and its garbage collector.
  if (config.managementPort !== undefined) await app.management.exposition()

  const management = withPort
    ? await openManagementPort(ownSource(app.management), config, log).catch(giveUp)
    : undefined
  const scheduler = startScheduler(app.jobs, app.jobRecords, log)

  async function giveUp(error: unknown): Promise<never> {
    server.close()
    await app.close()
    throw error
  }

  let stopping: Promise<void> | undefined
  const stop = (notice = 0) => (stopping ??= drain(notice))
  async function drain(notice: number): Promise<void> {
    app.beginDraining()
    // A connection that is kept alive would hold the server up, or break under the client's next request.
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'))
    server.keepAliveTimeout = 1
    if (notice > 0) await pause(notice)
    const closed = new Promise(resolve => server.close(resolve))
    server.closeIdleConnections()
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN)
    await closed
    clearTimeout(timer)
    await scheduler.stop()
    await management?.close()
    await app.close()
    log.info('Latchkey has stopped')
  }
  return { app, server, port, ...(management ? { managementPort: management.port } : {}), stop }
}
