// An account that no longer stands: what it obtained before is refused at each endpoint, and never by a failure of ours.
import { expect } from 'chai'
import { accountDeclaration } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { codeOf, redeem, signIn, signInForTokens, type Answer } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { wordsOf, type Visitor } from '../support/visitor.ts'

describe('an account that no longer stands', () => {
  let server: TestServer
  let client: ClientView

  before(async () => {
    server = await startServer()
    client = await server.register('web')
  })
  after(() => server.close())
  afterEach(resetClock)

  interface Held {
    id: string
    email: string
    visitor: Visitor
    tokens: Answer
    code: string
    codeVerifier: string
  }

  /** A person with a live session, tokens, and a code that is not redeemed yet. */
  async function signedIn(params: Record<string, string> = {}): Promise<Held> {
    const { id, email } = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, email, { params })
    const { page, codeVerifier } = await authorize(server, client, {}, visitor)
    return { id, email, visitor, tokens, code: codeOf(page), codeVerifier }
  }

  async function expectAllRefused({ visitor, tokens, code, codeVerifier }: Held) {
    const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
    expect(answerOf(silent).error).to.equal('login_required')
    for (const params of [{}, { prompt: 'consent' }, { max_age: '3600' }, { acr_values: 'urn:latchkey:acr:1' }]) {
      const { page } = await authorize(server, client, params, visitor)
      expect(page.status, JSON.stringify(params)).to.equal(200)
      expect(page.url.pathname, JSON.stringify(params)).to.match(/^\/signin\//)
      expect(page.html, 'asks who this is').to.include('name="identifier"')
    }
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect((await introspect(server, client, token)).body).to.deep.equal({ active: false })
    expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
    const refreshed = await refresh(server, client, tokens.refresh_token)
    expect([refreshed.status, refreshed.body.error]).to.deep.equal([400, 'invalid_grant'])
    const redeemed = await redeem(server, client, code, codeVerifier)
    expect([redeemed.status, redeemed.body.error]).to.deep.equal([400, 'invalid_grant'])
    const logout = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
    expect(logout.status).to.equal(200)
  }

  it('is disabled: everything is refused', async () => {
    const held = await signedIn()
    await server.app.accounts.setStatus(held.id, 'deactivated')
    await expectAllRefused(held)
  })

  it('is disabled: what outlives the session is refused too', async () => {
    const held = await signedIn({ scope: 'openid profile email offline_access', prompt: 'consent' })
    await server.app.accounts.setStatus(held.id, 'deactivated')
    await expectAllRefused(held)
  })

  it('is deleted: everything is refused', async () => {
    const held = await signedIn()
    await server.app.store.collection(accountDeclaration).remove(held.id)
    await expectAllRefused(held)
  })

  it('was disabled and is enabled again: what it held before stays dead, and a new sign-in works', async () => {
    const held = await signedIn()
    await server.app.accounts.setStatus(held.id, 'deactivated')
    await server.app.accounts.setStatus(held.id, 'active')
    await expectAllRefused(held)
    moveClock(2000)
    const { tokens } = await signInForTokens(server, client, held.email, { visitor: held.visitor })
    expect((await userinfo(server, tokens.access_token)).body.sub).to.equal(held.id)
  })

  it('is signed out everywhere by moving validFrom: the same, at once', async () => {
    const held = await signedIn()
    moveClock(2000)
    const validFrom = Math.floor(Date.now() / 1000)
    await server.app.accounts.change(held.id, account => ({ ...account, validFrom }))
    await expectAllRefused(held)
    const { tokens } = await signInForTokens(server, client, held.email, { visitor: held.visitor })
    expect((await userinfo(server, tokens.access_token)).status).to.equal(200)
  })

  it('is disabled while it signs in: the right password shows so, and leads to no code', async () => {
    const { id, email } = await server.person()
    const { page, visitor } = await authorize(server, client)
    const asked = await visitor.submit(page, '/identify', { identifier: email })
    await server.app.accounts.setStatus(id, 'deactivated')
    const end = await visitor.submit(asked, '/prove/password', { password: 'seven green lanterns over the harbour' })
    expect(end.url.origin).to.equal(server.issuer)
    expect(wordsOf(end)).to.match(/switched off/)
    const { page: again } = await authorize(server, client, { prompt: 'none' }, visitor)
    expect(answerOf(again).error).to.equal('login_required')
  })

  it('is disabled between the password and the consent: no code', async () => {
    const { id, email } = await server.person()
    const { page, visitor } = await authorize(server, client)
    const consent = await signIn(visitor, page, email)
    expect(consent.html).to.include('name="decision"')
    await server.app.accounts.setStatus(id, 'deactivated')
    const end = await visitor.submit(consent, '/consent', { decision: 'allow', remember: 'yes', scope: ['profile'] })
    expect(end.url.origin).to.equal(server.issuer)
    expect(end.status).to.be.below(500)
  })
})
