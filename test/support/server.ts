// A running Latchkey for tests: the real program on a real port and a store of its own.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../src/app.ts'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientType } from '../../src/oidc/clients/client-types.ts'
import type { ClientView, Metadata } from '../../src/oidc/clients/clients.ts'
import { loadConfig } from '../../src/lib/config/load.ts'
import type { Config } from '../../src/lib/config/schema.ts'
import { createLog, type Log } from '../../src/lib/log.ts'
import { ownSource } from '../../src/operations/own-source.ts'
import { openManagementPort } from '../../src/operations/port.ts'
import { start, type RunningServer } from '../../src/server/start.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/port.ts'
import { enrolPassword } from '../../src/methods/password/set.ts'
import type { Method } from '../../src/methods/method.ts'
import { startMailbox, type Mailbox } from './mailbox.ts'
import { freePort } from './ports.ts'

export interface PersonOptions {
  email?: string
  password?: string
  verified?: boolean
  username?: string
  /** To write to them in. */
  language?: string
}

export interface TestServer extends RunningServer {
  issuer: string
  env: Record<string, string>
  mailbox: Mailbox
  /** Waits for the mails under way, and answers the newest to the address; a notice only where there is nothing else. */
  mailTo(address: string): Promise<ReturnType<Mailbox['to']>[number]>
  register(type: ClientType, metadata?: Metadata): Promise<ClientView>
  person(options?: PersonOptions): Promise<Account>
  close(): Promise<void>
}

/** Good enough for every rule, and nobody's. */
export const PASSWORD = 'seven green lanterns over the harbour'
/** Nothing listens there: tests read the answer off the redirect. */
export const REDIRECT_URI = 'http://127.0.0.1:9/callback'

export interface ServerOptions {
  /** The store's address; a fresh sqlite file unless given. */
  store?: string
  /** Further LATCHKEY_ variables. */
  env?: Record<string, string>
  /** Puts something between the program and its store, which then counts calls or holds them up. */
  wrapStore?: (store: Store) => Store
  /** In the place of the program's own list of methods. */
  methods?: readonly Method[]
  /** Leaves the jobs to the test: the schedule would run them in the middle of it wherever the clock is moved. */
  jobs?: false
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const { store, env = {}, wrapStore, methods, jobs = true } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-test-'))
  const mailbox = await startMailbox()
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const variables = {
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_PORT: String(port),
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_SECRETS: randomBytes(32).toString('hex'),
    LATCHKEY_MAIL: mailbox.url,
    LATCHKEY_LOG_LEVEL: 'silent',
    ...(store ? { LATCHKEY_STORE: store } : {}),
    ...env,
  }
  const config = loadConfig({ env: variables })
  const log = createLog(config)
  const isPlain = jobs && !wrapStore && !methods
  const running = isPlain ? await start(config, log) : await startWith(config, log, wrapStore, methods)
  const { app } = running
  return {
    ...running,
    issuer,
    env: variables,
    mailbox,
    async mailTo(address) {
      await app.postbox.settled()
      const mails = mailbox.to(address)
      // Notices come when they come, also between a mail and the code that is looked for in it.
      const asked = mails.filter(({ text }) => !text.includes('/not-me/'))
      const mail = (asked.length > 0 ? asked : mails).at(-1)
      if (!mail) throw new Error(`no mail to ${address}`)
      return mail
    },
    register: (type, metadata = {}) =>
      app.clients.create(type, {
        client_name: 'Test app',
        ...(type === 'service' ? {} : { redirect_uris: [REDIRECT_URI] }),
        ...metadata,
      }),
    async person({
      email = `${randomBytes(6).toString('hex')}@example.com`,
      password = PASSWORD,
      verified = true,
      username,
      language,
    } = {}) {
      const account = await app.accounts.create({
        email,
        emailVerified: verified,
        ...(username ? { username } : {}),
        ...(language ? { language } : {}),
      })
      await enrolPassword(app.methodServices, account.id, password)
      return account
    },
    async close() {
      await running.stop()
      await mailbox.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** As `start`, but without jobs; over a store that is wrapped, or with other methods, where those are given. */
async function startWith(
  config: Config,
  log: Log,
  wrap = (store: Store): Store => store,
  methods?: readonly Method[],
): Promise<RunningServer> {
  const app = await buildApp(
    config,
    wrap(await openStore(config.store, declarations, config.redis)),
    log,
    methods ? { methods } : {},
  )
  const server = createHttpServer(app.handler).listen(config.port, config.host)
  await once(server, 'listening')
  const management = await openManagementPort(ownSource(app.management), config, log)
  async function stop(): Promise<void> {
    server.close()
    server.closeAllConnections()
    await management?.close()
    await app.close()
  }
  return { app, server, port: config.port, ...(management ? { managementPort: management.port } : {}), stop }
}
