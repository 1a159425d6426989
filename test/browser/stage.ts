// What a browser test plays on: a running Latchkey, the example app beside it, and a host of logos.
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startExample } from '../../examples/express-app/server.ts'
import type { ClientView, Metadata } from '../../src/oidc/clients/clients.ts'
import { authorization } from '../support/flow.ts'
import { GITHUB_SECRET, startGitHub, type GitHubServer } from '../support/github.ts'
import { startTwilio, type SmsServer } from '../support/sms.ts'
import { freePort } from '../support/ports.ts'
import { startServer, type ServerOptions, type TestServer } from '../support/server.ts'
import { withUpstreams } from '../support/upstreams.ts'

export interface Site {
  url: string
  close(): Promise<void>
}

export interface Stage {
  server: TestServer
  /** Takes the text messages. */
  twilio: SmsServer
  /** Signs people in from elsewhere. */
  github: GitHubServer
  /** The example app, as `npm start` serves it. */
  example: Site & { clientId: string }
  /** A client of the kind that third parties register: a logo from elsewhere, terms, a policy. */
  client: ClientView
  /** Where the client's answers arrive. */
  redirectUri: string
  /** Registers one more client, with the same face. */
  register(metadata: Metadata): Promise<ClientView>
  /** The address that begins a sign-in to the client. */
  start(params?: Record<string, string | undefined>, client?: ClientView): string
  close(): Promise<void>
}

/** @param start how the server is started: in this process unless told otherwise */
export async function setStage(options: ServerOptions = {}, start = startServer): Promise<Stage> {
  const twilio = await startTwilio()
  const github = await startGitHub()
  const app = { clientId: 'latchkey', clientSecret: GITHUB_SECRET, server: github.url, api: github.url }
  const upstreams = withUpstreams([{ kind: 'github', id: 'github', ...app }])
  const server = await start({ ...options, env: { LATCHKEY_SMS: twilio.url, ...upstreams, ...options.env } })
  const logos = await serve((_, response) => response.setHeader('content-type', 'image/svg+xml').end(LOGO))
  const back = await serve((_, response) => response.end('Back at the app.'))
  const example = await startExampleOf(server)
  const redirectUri = `${back.url}/callback`
  const face = {
    client_name: 'Fernwood Library',
    client_uri: 'https://fernwood-library.example',
    logo_uri: `${logos.url}/logo.svg`,
    policy_uri: 'https://fernwood-library.example/privacy',
    tos_uri: 'https://fernwood-library.example/terms',
    redirect_uris: [redirectUri],
  }
  const register = (metadata: Metadata) => server.register('web', { ...face, ...metadata })
  const fernwood = await register({})
  return {
    server,
    twilio,
    github,
    example,
    client: fernwood,
    redirectUri,
    register,
    start: (params = {}, client = fernwood) =>
      authorization(server, client, { redirect_uri: redirectUri, ...params }).url.href,
    async close() {
      await example.close()
      await server.close()
      await twilio.close()
      await github.close()
      await back.close()
      await logos.close()
    },
  }
}

async function startExampleOf(server: TestServer): Promise<Stage['example']> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const client = await server.register('web', {
    client_name: 'Acme Notes',
    client_uri: url,
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [`${url}/`],
  })
  const secret = client.client_secret!
  const clientId = client.client_id
  return { ...(await startExample({ issuer: server.issuer, clientId, clientSecret: secret, port })), clientId }
}

/** A site of its own on a free port. `host` makes it another site (`127.0.0.1`) or only another origin (`localhost`). */
export async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<Site> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host}:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Whoever goes to GitHub next is somebody new there, with this address. */
export function comeFromGitHub({ github }: Stage, email: string): void {
  github.user = { ...github.user, id: randomInt(2 ** 40) }
  github.emails = [{ email, primary: true, verified: true, visibility: 'private' }]
}

const given = new Set<string>()

/** An address that no other test has: six digits alone would come twice in one run of some hundred. */
export function newAddress(name = 'rosa.lindqvist'): string {
  const address = `${name}.${randomBytes(3).toString('hex')}@example.com`
  if (given.has(address)) return newAddress(name)
  given.add(address)
  return address
}

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">
  <path fill="#2c5a38" d="M48 8C28 22 20 40 24 62c8-2 16-8 20-16-2 12-8 22-18 30l6 6c10-8 16-18 18-30 4 8 12 12 20 12C74 42 66 20 48 8Z"/>
</svg>`
