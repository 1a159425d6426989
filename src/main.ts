// Starts the process: configuration, store, app, listening; on SIGTERM it drains.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildApp, type App } from './app.ts'
import { ConfigError } from './lib/config/errors.ts'
import { startScheduler } from './jobs/scheduler.ts'
import { loadConfig } from './lib/config/load.ts'
import type { Config } from './lib/config/schema.ts'
import { createLog, type Log } from './lib/log.ts'
import { declarations } from './oidc/declarations.ts'
import { openStore } from './storage/open.ts'
import { CannotOpen, Unavailable } from './storage/port.ts'

export interface Running {
  app: App
  server: Server
  port: number
  /** Stops taking requests, lets those under way end, closes everything. */
  stop(): Promise<void>
}

/** How long requests under way may take to end. Milliseconds. */
const DRAIN = 25_000

/** @throws Unavailable for a store that is not there */
export async function start(config: Config, log: Log): Promise<Running> {
  const store = await openStore(config.store, declarations)
  const app = await buildApp(config, store, log)
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, app.handler)
  await listen(server, config)
  const { port } = server.address() as AddressInfo
  log.info({ issuer: config.issuer, port }, 'Latchkey is listening')

  const scheduler = startScheduler(app.jobs, app.jobRecords, log)

  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= drain())
  async function drain(): Promise<void> {
    app.beginDraining()
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

/** Stops on SIGTERM and SIGINT; a second SIGINT does not wait. */
export function stopOnSignals(stop: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      process.once('SIGINT', () => process.exit(130))
      void stop().then(() => process.exit(0))
    })
  }
}

/** One plain line for what the operator has to mend; anything else is a fault of ours. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n')
  if (error instanceof CannotOpen || error instanceof Unavailable) return error.message
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop what listens there, or set LATCHKEY_PORT`
  if (code === 'EACCES') return `port ${port} may not be used by this user: set LATCHKEY_PORT above 1023`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

if (import.meta.main) {
  try {
    const config = loadConfig()
    const { stop } = await start(config, createLog(config))
    stopOnSignals(stop)
  } catch (error) {
    process.stderr.write(`${explainFailure(error)}\n`)
    process.exitCode = 1
  }
}
