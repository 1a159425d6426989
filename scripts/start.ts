// `npm start`. In development it also serves the example app, and says in one block where everything is. Anywhere else it
// is `node src/main.ts`, which is what its workers are too.
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { SETUP_PATH } from '../src/admin/setup.ts'
import type { App } from '../src/app.ts'
import { ADMIN } from '../src/core/accounts/accounts.ts'
import { ConfigError } from '../src/lib/config/errors.ts'
import { loadConfig } from '../src/lib/config/load.ts'
import type { Config } from '../src/lib/config/schema.ts'
import { createLog, type Log } from '../src/lib/log.ts'
import { declarations } from '../src/oidc/declarations.ts'
import { explainFailure } from '../src/server/failure.ts'
import { serve } from '../src/server/serve.ts'
import { stopOnSignals } from '../src/server/signals.ts'
import { openStore } from '../src/storage/open.ts'

const EXAMPLE_ID = 'example-app'
const EXAMPLE_PORT = 3001

try {
  const options = readOptions()
  const config = loadConfig()
  const development = config.env === 'development'
  const log = createLog(config)
  const { app: ownApp, port, stop } = await serve(config, log)
  const app = ownApp ?? (await openApp(config, log))
  const wanted = development && !options['no-example']
  const example = wanted ? await serveExample(app, config, options['example-port']) : undefined
  stopOnSignals(async notice => {
    await example?.close()
    await stop(development ? 0 : notice)
  })
  const setupLink = (await app.accounts.hasAdmin()) ? undefined : await makeSetupLink(app, config)
  if (!ownApp) await app.close()
  if (development) printBlock(config, example?.url, setupLink)
  else {
    log.info({ issuer: config.issuer, port }, 'Latchkey is listening')
    if (setupLink) process.stdout.write(`Set up the first administrator: ${setupLink}\n`)
  }
} catch (error) {
  process.stderr.write(`${explainFailure(error)}\n`)
  process.exit(1)
}

function readOptions() {
  try {
    const options = { 'no-example': { type: 'boolean' }, 'example-port': { type: 'string' } } as const
    return parseArgs({ options }).values
  } catch (error) {
    const [problem] = (error as Error).message.split('. ')
    throw new ConfigError([`${problem}; there are --no-example and --example-port PORT`])
  }
}

/** Beside workers, who have the app each for themselves: on their store, and serving nothing. */
async function openApp(config: Config, log: Log): Promise<App> {
  const { buildApp } = await import('../src/app.ts')
  return buildApp(config, await openStore(config.store, declarations, config.redis), log)
}

async function makeSetupLink(app: App, { issuer }: Config): Promise<string> {
  return `${issuer}${SETUP_PATH}/${await app.invitations.make([ADMIN])}`
}

/** The example is an app like any other: registered, with a secret that is made anew at each start and kept nowhere. */
async function serveExample(
  { clients }: App,
  { issuer }: Config,
  asked: string | undefined,
): Promise<{ url: string; close(): Promise<void> }> {
  const { startExample } = await import('../examples/express-app/server.ts')
  const known = await clients.show(EXAMPLE_ID).catch(() => undefined)
  const { client_secret: clientSecret } = known
    ? await clients.rotateSecret(EXAMPLE_ID)
    : await clients.create('web', { client_id: EXAMPLE_ID, ...exampleAt(`http://localhost:${EXAMPLE_PORT}`) })
  const startAt = (port: number) => startExample({ issuer, clientId: EXAMPLE_ID, clientSecret: clientSecret!, port })

  const example = await startAt(Number(asked ?? EXAMPLE_PORT)).catch((error: NodeJS.ErrnoException) => {
    if (asked) throw new ConfigError([`--example-port ${asked}: cannot be listened on (${error.code}); give another`])
    if (error.code !== 'EADDRINUSE') throw error
    return startAt(0)
  })
  await clients.update(EXAMPLE_ID, exampleAt(example.url))
  return example
}

function exampleAt(url: string) {
  return {
    client_name: 'Acme Notes',
    client_uri: url,
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [`${url}/`],
  }
}

function printBlock(config: Config, example: string | undefined, setupLink: string | undefined): void {
  const rows = [
    ['Latchkey', config.issuer],
    ...(example ? [['Example app', `${example}   open it and create an account`]] : []),
    ...(setupLink ? [['First administrator', `${setupLink}   (works once)`]] : []),
    ['Mail', whereMailGoes(config)],
  ]
  const width = Math.max(...rows.map(([label]) => label!.length))
  process.stdout.write(`\n${rows.map(([label, value]) => `  ${label!.padEnd(width)}   ${value}`).join('\n')}\n\n`)
}

function whereMailGoes({ mail }: Config): string {
  if (mail === 'console:') return 'printed here'
  if (!mail.startsWith('file:')) return `sent by ${new URL(mail).host}`
  const folder = mail.slice('file:'.length)
  const near = relative('.', folder)
  return `printed here, and kept in ${near.startsWith('..') ? folder : near}`
}
