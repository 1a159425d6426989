// `npm start`. In development it also serves the example app, and says in one block where everything is. Anywhere else it
// is `node src/main.ts`.
import { parseArgs } from 'node:util'
import { SETUP_PATH } from '../src/admin/setup.ts'
import type { App } from '../src/app.ts'
import { ADMIN } from '../src/core/accounts/accounts.ts'
import { loadConfig } from '../src/lib/config/load.ts'
import type { Config } from '../src/lib/config/schema.ts'
import { createLog } from '../src/lib/log.ts'
import { explainFailure, start, stopOnSignals } from '../src/main.ts'

const EXAMPLE_ID = 'example-app'

const { values: options } = parseArgs({
  options: { 'no-example': { type: 'boolean' }, 'example-port': { type: 'string', default: '3001' } },
})

try {
  const config = loadConfig()
  const { app, stop } = await start(config, createLog(config))
  const development = config.env === 'development'
  const example = development && !options['no-example'] ? await serveExample(app, config) : undefined
  const setupLink = (await app.accounts.hasAdmin()) ? undefined : await makeSetupLink(app, config)
  if (development) printBlock(config, example?.url, setupLink)
  else if (setupLink) process.stdout.write(`Set up the first administrator: ${setupLink}\n`)
  stopOnSignals(async notice => {
    await example?.close()
    await stop(development ? 0 : notice)
  })
} catch (error) {
  process.stderr.write(`${explainFailure(error)}\n`)
  process.exit(1)
}

async function makeSetupLink(app: App, { issuer }: Config): Promise<string> {
  return `${issuer}${SETUP_PATH}/${await app.invitations.make([ADMIN])}`
}

/** The example is an app like any other: registered, with a secret that is made anew at each start and kept nowhere. */
async function serveExample(app: App, { issuer }: Config): Promise<{ url: string; close(): Promise<void> }> {
  const { startExample } = await import('../examples/express-app/server.ts')
  const port = Number(options['example-port'])
  const url = `http://localhost:${port}`
  const metadata = {
    client_name: 'Acme Notes',
    client_uri: url,
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [`${url}/`],
  }
  const known = await app.clients.show(EXAMPLE_ID).catch(() => undefined)
  if (known) await app.clients.update(EXAMPLE_ID, metadata)
  const { client_secret: clientSecret } = known
    ? await app.clients.rotateSecret(EXAMPLE_ID)
    : await app.clients.create('web', { client_id: EXAMPLE_ID, ...metadata })
  return startExample({ issuer, clientId: EXAMPLE_ID, clientSecret: clientSecret!, port })
}

function printBlock({ issuer, mail }: Config, example: string | undefined, setupLink: string | undefined): void {
  const rows = [
    ['Latchkey', issuer],
    ...(example ? [['Example app', `${example}   open it and create an account`]] : []),
    ...(setupLink ? [['First administrator', `${setupLink}   (works once)`]] : []),
    ['Mail', mail.startsWith('file:') ? `printed here, and kept in ${mail.slice(5)}` : mail.split(':')[0]!],
  ]
  const width = Math.max(...rows.map(([label]) => label!.length))
  process.stdout.write(`\n${rows.map(([label, value]) => `  ${label!.padEnd(width)}   ${value}`).join('\n')}\n\n`)
}
