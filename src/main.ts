// Starts the process: configuration, store, app, listening; on SIGTERM it drains.
import { createServer, type Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { AddressInfo } from 'node:net'
import { buildApp, type App } from './app.ts'
import { ConfigError } from './lib/config/errors.ts'
import { startScheduler } from './jobs/scheduler.ts'
import { loadConfig } from './lib/config/load.ts'
import type { Config } from './lib/config/schema.ts'
import { createLog, type Log } from './lib/log.ts'
import { UnsealError } from './lib/seal.ts'
import { declarations } from './oidc/declarations.ts'
import { openStore } from './storage/open.ts'
import { CannotOpen, Unavailable } from './storage/port.ts'

export interface Running {
  app: App
  server: Server
  port: number
  /**
   * Stops taking requests, lets those under way end, closes everything. Before that, for `notice` milliseconds, /readyz
   * answers 503 while requests are still taken, so that a load balancer can turn elsewhere.
   */
  stop(notice?: number): Promise<void>
}

/** What SIGTERM gives load balancers to see. Milliseconds. */
const NOTICE = 3000
/** How long requests under way may take to end. Milliseconds. */
const DRAIN = 20_000

/** @throws Unavailable for a store that is not there */
export async function start(config: Config, log: Log): Promise<Running> {
  const store = await openStore(config.store, declarations)
  const app = await buildApp(config, store, log)
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, app.handler)
  await listen(server, config)
  const { port } = server.address() as AddressInfo

  const scheduler = startScheduler(app.jobs, app.jobRecords, log)

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
    await app.close()
    log.info('Latchkey has stopped')
  }
  return { app, server, port, stop }
}

function listen(server: Server, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, resolve)
  })
}

/** Stops on SIGTERM with notice, on SIGINT without; a further SIGINT does not wait, a further SIGTERM changes nothing. */
export function stopOnSignals(stop: (notice: number) => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping && signal === 'SIGINT') process.exit(130)
      if (!stopping) void stop(signal === 'SIGTERM' ? NOTICE : 0).then(() => process.exit(0))
      stopping = true
    })
  }
}

/** One plain line for what the operator has to mend; anything else is a fault of ours. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n')
  if (error instanceof UnsealError)
    return `the keys in the store cannot be read: ${error.message}; set LATCHKEY_SECRETS to what it was, the newest first`
  if (error instanceof CannotOpen || error instanceof Unavailable) return error.message
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop what listens there, or set LATCHKEY_PORT`
  if (code === 'EACCES') return `port ${port} may not be used by this user: set LATCHKEY_PORT above 1023`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

if (import.meta.main) {
  try {
    const config = loadConfig()
    const log = createLog(config)
    const running = start(config, log)
    stopOnSignals(async notice => (await running).stop(notice))
    const { port } = await running
    log.info({ issuer: config.issuer, port }, 'Latchkey is listening')
  } catch (error) {
    process.stderr.write(`${explainFailure(error)}\n`)
    process.exitCode = 1
  }
}
