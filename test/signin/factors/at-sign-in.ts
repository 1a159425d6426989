// A sign-in at an app that is ours, so that no consent stands between the proofs and their end.
import { expect } from 'chai'
import type { Settings } from '../../../src/core/policy/settings.ts'
import type { PolicyScope } from '../../../src/core/policy/policies.ts'
import type { ClientView } from '../../../src/oidc/clients/clients.ts'
import { resetClock } from '../../support/clock.ts'
import { authorize, claimsIn } from '../../support/endpoints.ts'
import type { OpenUrl } from '../../support/engines.ts'
import { codeOf, redeem, signIn } from '../../support/flow.ts'
import { startServer, type ServerOptions, type TestServer } from '../../support/server.ts'
import type { Visitor, VisitedPage } from '../../support/visitor.ts'

export interface AtSignIn {
  server: TestServer
  client: ClientView
  /** To the page that asks for more, or the end, after the name and the password. */
  afterPassword(
    email: string,
    params?: Record<string, string | undefined>,
    visitor?: Visitor,
  ): Promise<{ visitor: Visitor; page: VisitedPage; codeVerifier: string }>
  /** What the ID token says of a sign-in that has come to its end. */
  claims(page: VisitedPage, codeVerifier: string): Promise<Record<string, unknown>>
  policy(settings: Settings, scope?: PolicyScope): Promise<void>
}

/** Sets all up by hooks of the suite that this is called in. */
export function atSignIn(openUrl: OpenUrl, options: ServerOptions = {}): AtSignIn {
  const at = {} as AtSignIn
  before(async () => {
    at.server = await startServer({ ...options, store: await openUrl() })
    at.client = await at.server.register('web', { first_party: true })
  })
  after(() => at.server?.close())
  afterEach(async () => {
    resetClock()
    await at.server?.app.policies.set({ kind: 'everyone' }, {}, 'a test')
  })
  at.policy = async (settings, scope = { kind: 'everyone' }) => {
    await at.server.app.policies.set(scope, settings, 'a test')
  }
  at.afterPassword = async (email, params = {}, visitor) => {
    const begun = await authorize(at.server, at.client, params, visitor)
    const asked = begun.page.html.includes('name="identifier"')
    const page = asked ? await signIn(begun.visitor, begun.page, email) : begun.page
    return { ...begun, page }
  }
  at.claims = async (page, codeVerifier) => {
    const { status, body } = await redeem(at.server, at.client, codeOf(page), codeVerifier)
    expect(status).to.equal(200)
    return claimsIn(body.id_token)
  }
  return at
}
