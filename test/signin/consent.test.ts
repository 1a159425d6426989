import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { answerOf, authorize, claimsIn, userinfo } from '../support/endpoints.ts'
import { allow, attemptOf, codeOf, redeem, signIn } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type Fields, type VisitedPage } from '../support/visitor.ts'

const SCOPE = 'openid profile email phone'

describe('consent', () => {
  let server: TestServer
  let client: ClientView
  let email: string

  before(async () => {
    server = await startServer({ env: { LATCHKEY_ADDRESS_FAILURES: '1000' } })
  })
  beforeEach(async () => {
    client = await server.register('web', { client_name: 'Acme Notes', client_uri: 'https://acme.example/' })
    email = (await server.person()).email
  })
  after(() => server.close())

  /** To wherever it leads after the password. */
  async function ask(params: Record<string, string> = {}, app = client, visitor = new Visitor(server.issuer)) {
    const { page, codeVerifier } = await authorize(server, app, { scope: SCOPE, ...params }, visitor)
    const signed = page.html.includes('name="identifier"') ? await signIn(visitor, page, email) : page
    return { visitor, page: signed, codeVerifier }
  }
  const decide = (visitor: Visitor, page: VisitedPage, scope: string[], more: Fields = {}) =>
    visitor.submit(page, '/consent', { decision: 'allow', scope, ...more })
  const isAsked = (page: VisitedPage) => page.html.includes('name="decision"')
  const boxes = (page: VisitedPage) =>
    [...page.html.matchAll(/name="scope" value="([^"]*)"( checked)?/g)].map(([, name]) => name)
  async function scopeOf(end: VisitedPage, codeVerifier: string, app = client) {
    const { body } = await redeem(server, app, codeOf(end), codeVerifier)
    return { scope: body.scope.split(' ').toSorted(), claims: (await userinfo(server, body.access_token)).body, body }
  }

  it('names the app, whose account it is, and each thing in plain words', async () => {
    const { page } = await ask()
    expect(wordsOf(page))
      .to.include('Allow Acme Notes')
      .and.to.include('acme.example')
      .and.to.include(email)
      .and.to.include('Who you are')
      .and.to.include('Your profile')
      .and.to.include('Your phone number')
    expect(boxes(page)).to.deep.equal(['profile', 'email', 'phone'])
  })

  it('gives what is allowed', async () => {
    const { visitor, page, codeVerifier } = await ask()
    const { scope, claims } = await scopeOf(await allow(visitor, page), codeVerifier)
    expect(scope).to.deep.equal(['email', 'openid', 'phone', 'profile'])
    expect(claims).to.include({ email })
  })

  it('gives nothing of what was unticked', async () => {
    const { visitor, page, codeVerifier } = await ask()
    const { scope, claims, body } = await scopeOf(await decide(visitor, page, ['profile']), codeVerifier)
    expect(scope).to.deep.equal(['openid', 'profile'])
    expect(claims).to.not.have.any.keys('email', 'phone_number')
    expect(claimsIn(body.id_token)).to.not.have.any.keys('email', 'phone_number')
  })

  it('gives no more than was asked for, whatever the form says', async () => {
    const { visitor, page, codeVerifier } = await ask({ scope: 'openid' })
    const end = await decide(visitor, page, ['email', 'phone', 'address', 'offline_access', 'claim:email', 'admin'])
    expect((await scopeOf(end, codeVerifier)).scope).to.deep.equal(['openid'])
  })

  it('refused: the app gets access_denied and its state, and may ask again', async () => {
    const { visitor, page } = await ask({ state: 'kept' })
    const end = await visitor.submit(page, '/consent', { decision: 'refuse' })
    expect(answerOf(end)).to.include({ error: 'access_denied', state: 'kept' }).and.to.not.have.property('code')
    expect(isAsked((await ask({}, client, visitor)).page)).to.equal(true)
  })

  it('undecided: asks again', async () => {
    const { visitor, page } = await ask()
    for (const decision of ['', 'perhaps']) {
      const again = await visitor.submit(page, '/consent', { decision })
      expect(again.status).to.equal(400)
      expect(wordsOf(again)).to.include('Choose whether to allow this or to refuse')
    }
  })

  it('cancelled on any page: the app gets access_denied', async () => {
    const { visitor, page } = await ask()
    expect(answerOf(await visitor.post(`${attemptOf(page)}/cancel`, {})).error).to.equal('access_denied')
    const begun = await authorize(server, client)
    expect(answerOf(await begun.visitor.submit(begun.page, '/cancel')).error).to.equal('access_denied')
  })

  it('remembered: is not asked for in another browser, by the same app, for the same things', async () => {
    const { visitor, page } = await ask()
    await decide(visitor, page, ['profile', 'email', 'phone'], { remember: 'yes' })
    expect(isAsked((await ask()).page)).to.equal(false)
    expect(isAsked((await ask({}, await server.register('web'))).page)).to.equal(true)
    const more = await ask({ scope: `${SCOPE} address` })
    expect(boxes(more.page)).to.deep.equal(['address'])
  })

  it('not remembered: holds for this session, and is asked for again in the next', async () => {
    const { visitor, page } = await ask()
    await decide(visitor, page, ['profile', 'email', 'phone'])
    expect(isAsked((await ask({}, client, visitor)).page)).to.equal(false)
    expect(isAsked((await ask()).page)).to.equal(true)
  })

  it('with some refused: is not asked for again in this session, and still gives nothing of it', async () => {
    const { visitor, page } = await ask()
    await decide(visitor, page, ['profile'])
    const again = await ask({}, client, visitor)
    expect(isAsked(again.page)).to.equal(false)
    expect((await scopeOf(again.page, again.codeVerifier)).scope).to.deep.equal(['openid', 'profile'])
  })

  it('asked for again (prompt=consent): shows all of it, and what is unticked now is no longer remembered', async () => {
    const first = await ask()
    await decide(first.visitor, first.page, ['profile', 'email', 'phone'], { remember: 'yes' })
    const { visitor, page, codeVerifier } = await ask({ prompt: 'consent' }, client, first.visitor)
    expect(boxes(page)).to.deep.equal(['profile', 'email', 'phone'])
    const end = await decide(visitor, page, ['profile'], { remember: 'yes' })
    expect((await scopeOf(end, codeVerifier)).scope).to.deep.equal(['openid', 'profile'])
    const later = await ask()
    expect(isAsked(later.page)).to.equal(true)
    expect(boxes(later.page)).to.deep.equal(['email', 'phone'])
  })

  it('asked for again: what was refused in this session can be given after all', async () => {
    const { visitor, page } = await ask()
    await decide(visitor, page, ['profile'])
    const again = await ask({ prompt: 'consent' }, client, visitor)
    const { scope, claims } = await scopeOf(await allow(visitor, again.page), again.codeVerifier)
    expect(scope).to.deep.equal(['email', 'openid', 'phone', 'profile'])
    expect(claims).to.include({ email })
  })

  it('asked for again: what is refused then is not given silently in the next session, remembered or not', async () => {
    const first = await ask()
    await allow(first.visitor, first.page)
    const second = await ask({ prompt: 'consent' }, client, first.visitor)
    await decide(second.visitor, second.page, ['profile', 'phone'])
    const next = await ask()
    expect(isAsked(next.page)).to.equal(true)
    expect(boxes(next.page)).to.deep.equal(['email'])
  })

  it('for an app of ours: not asked for, unless the app asks', async () => {
    const ours = await server.register('web', { first_party: true })
    const { page, codeVerifier, visitor } = await ask({}, ours)
    expect((await scopeOf(page, codeVerifier, ours)).scope).to.include('email')
    expect(isAsked((await ask({ prompt: 'consent' }, ours, visitor)).page)).to.equal(true)
  })

  it('with prompt=none: consent_required instead of a page, and a code once it was given', async () => {
    const { visitor, page } = await ask()
    expect(answerOf((await ask({ prompt: 'none' }, client, visitor)).page).error).to.equal('login_required')
    await allow(visitor, page)
    expect(answerOf((await ask({ prompt: 'none' }, client, visitor)).page)).to.have.property('code')
    const more = await ask({ prompt: 'none', scope: `${SCOPE} address` }, client, visitor)
    expect(answerOf(more.page).error).to.equal('consent_required')
  })

  it('for offline access: told on its own, and its refresh token is given', async () => {
    const { visitor, page, codeVerifier } = await ask({ scope: 'openid offline_access', prompt: 'consent' })
    expect(wordsOf(page)).to.include('Access while you are away')
    const { body } = await redeem(server, client, codeOf(await allow(visitor, page)), codeVerifier)
    expect(body.scope).to.include('offline_access')
    expect(body).to.have.property('refresh_token')
  })

  it('for single claims: each by itself', async () => {
    const claims = JSON.stringify({ userinfo: { email: null, phone_number: null } })
    const { visitor, page, codeVerifier } = await ask({ scope: 'openid', claims })
    expect(boxes(page)).to.have.members(['claim:email', 'claim:phone_number'])
    const { claims: given } = await scopeOf(await decide(visitor, page, ['claim:email']), codeVerifier)
    expect(given).to.include({ email }).and.to.not.have.property('phone_number')
  })

  it('shows the app’s name and address as words, whatever they hold', async () => {
    const markup = '<script>alert(1)</script>" onmouseover="x'
    const hostile = await server.register('web', {
      client_name: markup,
      policy_uri: 'https://acme.example/"onclick="x',
    })
    const { page } = await ask({}, hostile)
    expect(page.html).to.not.include('<script>').and.to.not.include('" onmouseover=').and.to.not.include('"onclick="')
    expect(page.html).to.include('&lt;script&gt;')
  })
})
