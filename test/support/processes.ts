// Latchkey as processes of their own, several on one store, as a load balancer would have them.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './ports.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export interface Fleet {
  /** What all of them call themselves. */
  issuer: string
  /** One address for each process. */
  addresses: string[]
  /** What another process on their store needs to have in common with them. */
  secrets: string
  /** What they have logged so far. */
  lines: string[]
  stop(): Promise<void>
}

/** Starts `src/main.ts` so many times, with one issuer, the same secrets and the same store. `env`: more variables. */
export async function startFleet(
  size: number,
  store: string,
  secrets = randomBytes(32).toString('hex'),
  env: Record<string, string> = {},
): Promise<Fleet> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-fleet-'))
  const ports = await Promise.all(Array.from({ length: size }, freePort))
  const issuer = `http://localhost:${ports[0]}`
  const shared = {
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_STORE: store,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_SECRETS: secrets,
    LATCHKEY_MAIL: `file:${join(dataDir, 'mail')}`,
    LATCHKEY_LOG_LEVEL: 'info',
    ...env,
  }
  const children: ChildProcess[] = []
  const lines: string[] = []
  async function stop(): Promise<void> {
    await Promise.all(children.map(end))
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await Promise.all(ports.map(port => startOne(children, lines, { ...shared, LATCHKEY_PORT: String(port) })))
  } catch (error) {
    await stop()
    throw error
  }
  return { issuer, addresses: ports.map(port => `http://localhost:${port}`), secrets, lines, stop }
}

async function startOne(children: ChildProcess[], lines: string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`src/main.ts ended with ${code}`)))
  gone.catch(() => undefined)
  const listening = new Promise<void>(resolve => {
    // Read to the end, or a full pipe would stop the child.
    createInterface({ input: child.stdout }).on('line', line => {
      lines.push(line)
      if (line.includes('is listening')) resolve()
    })
  })
  await Promise.race([listening, gone])
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  await exited
}
