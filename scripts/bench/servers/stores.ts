// The stores that Latchkey is measured on. What is a server itself runs on the client's cores, as it inherits them.
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { configKeys } from '../../../src/lib/config/schema.ts'
import { startMongo } from '../../../test/support/mongo.ts'
import { freePort } from '../../../test/support/ports.ts'
import { endWithUs } from './children.ts'
import { makeScratch } from './scratch.ts'
import { onPath } from '../../tools/run.ts'

export interface StoreServer {
  /** For LATCHKEY_STORE and the like. */
  env: Record<string, string>
  /** What it really is. */
  kind: string
  stop(): Promise<void>
}

/** Whether this Latchkey knows the setting. */
export function hasSetting(key: string): boolean {
  return (configKeys as string[]).includes(key)
}

/** Starts one and notes it; where it cannot be had, a note says so. */
export async function startOrTell(
  start: () => Promise<StoreServer>,
  running: StoreServer[],
  notes: string[],
): Promise<StoreServer | undefined> {
  try {
    const server = await start()
    running.push(server)
    return server
  } catch (error) {
    notes.push(`A store could not be had, so nothing was measured on it: ${String(error)}`)
    return undefined
  }
}

/** What it is, and whether its figures are any of MongoDB's. */
export function aboutMongo({ kind }: StoreServer): string {
  return /java/.test(kind) ? `${kind}, a stand-in: these are no figures of MongoDB` : kind
}

/** The Mongo-wire server that the tests use. @throws Error when none can be had */
export async function startMongoStore(): Promise<StoreServer> {
  const { url, kind, stop } = await startMongo()
  return { env: { LATCHKEY_STORE: url }, kind, stop }
}

/** @throws Error when there is no redis-server */
export async function startRedis(): Promise<StoreServer> {
  const program = onPath('redis-server', 'valkey-server')
  if (!program) throw new Error('there is no redis-server on the path')
  const { folder, remove } = await makeScratch()
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '']
  const server = spawn(program, args, { stdio: 'ignore' })
  const exited = endWithUs(server)
  while (!(await listens(port))) await pause(10)
  return {
    env: { LATCHKEY_REDIS: `redis://127.0.0.1:${port}` },
    kind: 'redis-server, appendonly',
    async stop() {
      server.kill('SIGTERM')
      await exited
      await remove()
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false)).once('close', () => socket.destroy())
    socket.once('connect', () => socket.end())
  })
}
