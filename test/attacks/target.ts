import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { OpenUrl } from '../support/engines.ts'
import { allow, authorization, codeOf, signIn } from '../support/flow.ts'
import { createHold, type Hold } from '../support/hold-calls.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

/** A server with an app and a person, for whoever attacks the protocol. */
export interface Target {
  server: TestServer
  client: ClientView
  email: string
  hold: Hold
  /** A code of the person's, from a browser of its own, and what it takes to redeem it. */
  freshCode(
    to?: ClientView,
    params?: Record<string, string | undefined>,
  ): Promise<{ code: string; codeVerifier: string; visitor: Visitor }>
}

export const RESOURCES = [
  { identifier: 'https://opaque.example', scopes: ['read', 'write'], format: 'opaque' },
  { identifier: 'https://jwt.example', scopes: ['read', 'write'], format: 'jwt' },
]

/** What makes another address of a registered one when it is put behind it. */
export const SUFFIXES = ['.evil.example', '/extra', '/../other', '?added=1', '#fragment', '%2f..', '\\@evil.example']

/** Sets all up by hooks of the suite that this is called in. */
export function target(openUrl: OpenUrl): Target {
  const at = {} as Target
  before(async () => {
    at.hold = createHold()
    at.server = await startServer({
      store: await openUrl(),
      wrapStore: at.hold.wrap,
      env: { LATCHKEY_RESOURCES: JSON.stringify(RESOURCES) },
    })
    at.client = await at.server.register('web')
    at.email = (await at.server.person()).email
  })
  after(() => at.server?.close())
  at.freshCode = async (to = at.client, params = {}) => {
    const { url, codeVerifier } = authorization(at.server, to, params)
    const visitor = new Visitor(at.server.issuer)
    const page = await signIn(visitor, await visitor.open(url), at.email)
    return { code: codeOf(await allow(visitor, page)), codeVerifier, visitor }
  }
  return at
}

export function basic({ client_id: id, client_secret: secret }: ClientView): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
