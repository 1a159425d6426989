// Latchkey, as it ships: its own main.ts over a store that was filled through its own code.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../../src/app.ts'
import { seedPeople } from '../../../src/cli/seed-people.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { createLog } from '../../../src/lib/log.ts'
import { declarations } from '../../../src/oidc/declarations.ts'
import { openStore } from '../../../src/storage/open.ts'
import { freePort } from '../../../test/support/server.ts'
import { SERVER_CORE, startServer } from './process.ts'
import { CLIENT_ID, METADATA, PASSWORD, RESOURCES, cookieSecret } from './setting.ts'
import type { RunningTarget, SignedIn } from './target.ts'

const MAIN = join(import.meta.dirname, '../../../src/main.ts')
const CACHE = join(import.meta.dirname, '../../tools/compile-cache.mjs')

/** A filled store, from which servers are started one after the other. */
export interface Stocked {
  env: Record<string, string>
  clientSecret: string
  people: number
  signedIn?: SignedIn[]
  drop(): Promise<void>
}

/** Fills a store: a fresh sqlite file unless `env` names another one. */
export async function stock(people: number, env: Record<string, string> = {}): Promise<Stocked> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const all = {
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_STORE: `sqlite:${join(dataDir, 'latchkey.db')}`,
    LATCHKEY_SECRETS: cookieSecret,
    LATCHKEY_RESOURCES: JSON.stringify(RESOURCES),
    LATCHKEY_HOST: '127.0.0.1',
    ...env,
  }
  const config = loadConfig({ env: all })
  const store = await openStore(config.store, declarations)
  const app = await buildApp(config, store, createLog({ ...config, logLevel: 'silent' }))
  await seedPeople(store, people, await app.methodServices.hasher.hash(PASSWORD))
  const { client_secret: clientSecret } = await app.clients.create('web', { ...METADATA, client_id: CLIENT_ID })
  await app.close()
  return {
    env: all,
    clientSecret: clientSecret!,
    people,
    drop: () => rm(dataDir, { recursive: true, force: true }),
  }
}

export async function withStock<Result>(
  people: number,
  env: Record<string, string>,
  use: (stocked: Stocked) => Promise<Result>,
): Promise<Result> {
  const stocked = await stock(people, env)
  try {
    return await use(stocked)
  } finally {
    await stocked.drop()
  }
}

export async function startLatchkey(
  { env, clientSecret, people, signedIn }: Stocked,
  { env: more = {}, cores = SERVER_CORE }: { env?: Record<string, string>; cores?: string | undefined } = {},
): Promise<RunningTarget> {
  const port = await freePort()
  const own = { LATCHKEY_PORT: String(port), LATCHKEY_ISSUER: `http://127.0.0.1:${port}` }
  const server = await startServer({
    args: ['--import', CACHE, MAIN],
    env: { ...env, ...own, ...more },
    port,
    cores,
  })
  return { ...server, clientSecret, people, signedIn }
}
