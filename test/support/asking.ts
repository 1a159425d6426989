// A person with a live session at one app, who is sent to the authorization endpoint in one way after another.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { resetClock } from './clock.ts'
import { authorize, claimsIn } from './endpoints.ts'
import type { OpenUrl } from './engines.ts'
import { allow, codeOf, redeem, signInForTokens, type Answer } from './flow.ts'
import { PASSWORD, startServer, type TestServer } from './server.ts'
import type { Visitor, VisitedPage } from './visitor.ts'

export interface Asking {
  server: TestServer
  client: ClientView
  person: { id: string; email: string }
  /** Signed in anew for each test. */
  visitor: Visitor
  /** Of that sign-in. */
  idToken: string
  ask(params: Record<string, string | undefined>, visitor?: Visitor): ReturnType<typeof authorize>
  /** From the page that asks for the password to the next. */
  giveAPassword(page: VisitedPage): Promise<VisitedPage>
  /** Allows what is asked, redeems the code, and answers what came. */
  finish(asked: {
    page: VisitedPage
    codeVerifier: string
  }): Promise<{ claims: Record<string, unknown>; tokens: Answer }>
}

/** Sets all up by hooks of the suite that this is called in; on an embedded store unless another is opened. */
export function asking(openUrl?: OpenUrl): Asking {
  const all = {} as Asking
  all.ask = (params, visitor = all.visitor) => authorize(all.server, all.client, params, visitor)
  all.giveAPassword = page => all.visitor.submit(page, '/prove/password', { password: PASSWORD })
  all.finish = async ({ page, codeVerifier }) => {
    const end = await allow(all.visitor, page)
    const { body } = await redeem(all.server, all.client, codeOf(end), codeVerifier)
    return { claims: claimsIn(body.id_token), tokens: body }
  }
  before(async () => {
    all.server = await startServer(openUrl ? { store: await openUrl() } : {})
    all.client = await all.server.register('web')
    all.person = await all.server.person()
  })
  after(() => all.server?.close())
  beforeEach(async () => {
    const { visitor, tokens } = await signInForTokens(all.server, all.client, all.person.email)
    Object.assign(all, { visitor, idToken: tokens.id_token })
  })
  afterEach(resetClock)
  return all
}

/** The page has a field of this name, and so asks for it. */
export function expectAsked(page: VisitedPage, field: string): void {
  expect(page.status).to.equal(200)
  expect(page.html).to.include(`name="${field}"`)
}
