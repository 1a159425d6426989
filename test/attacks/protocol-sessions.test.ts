// The attacks on the protocol that take time, speed or a live session. That they fail on every store, and across two
// processes, is in test/oidc; here they are tried from outside, one by one.
import { expect } from 'chai'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine, type EngineName, type OpenUrl } from '../support/engines.ts'
import { authorization, codeOf, redeem, signInForTokens } from '../support/flow.ts'
import { createHold, type Hold } from '../support/hold-calls.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Visitor } from '../support/visitor.ts'

const SECOND = 1000
const RACERS = 50

describe('attacks on the protocol, over time', () => eachEngine(attacks))

function attacks(_engine: EngineName, openUrl: OpenUrl): void {
  let server: TestServer
  let hold: Hold
  let client: ClientView
  let person: { id: string; email: string }
  let visitor: Visitor

  before(async () => {
    hold = createHold()
    server = await startServer({ store: await openUrl(), wrapStore: hold.wrap })
    client = await server.register('web')
  })
  after(() => server?.close())
  beforeEach(async () => {
    person = await server.person()
    visitor = (await signInForTokens(server, client, person.email)).visitor
  })
  afterEach(async () => {
    resetClock()
    await server.app.refreshKeys()
  })

  const freshTokens = async () => (await signInForTokens(server, client, person.email, { visitor })).tokens
  const race = <T>(run: () => Promise<T>) => Promise.all(Array.from({ length: RACERS }, run))

  it('50 parallel redemptions: exactly one 200', async () => {
    const { page, codeVerifier } = await authorize(server, client, {}, visitor)
    hold.together('authorizationCodes.get', RACERS)
    const answers = await race(() => redeem(server, client, codeOf(page), codeVerifier))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
    expect(answers.filter(({ status }) => status === 400)).to.have.length(49)
  })

  it('rotated refresh reuse: the whole grant is revoked, and audited [RFC 9700]', async () => {
    const stolen = (await freshTokens()).refresh_token
    const { body: newest } = await refresh(server, client, stolen)
    moveClock(11 * SECOND)
    expect((await refresh(server, client, stolen)).body.error).to.equal('invalid_grant')
    expect((await refresh(server, client, newest.refresh_token)).body.error).to.equal('invalid_grant')
    expect((await userinfo(server, newest.access_token)).status).to.equal(401)
    const { items } = await server.app.events.ofAccount(person.id, { limit: 100 })
    expect(items.filter(({ type }) => type === 'grant.revoked')).to.have.length(1)
  })

  it('50 parallel refreshes: one winner, whose new token works [CVE-2026-1035]', async () => {
    const { refresh_token: token } = await freshTokens()
    hold.together('refreshTokens.get', RACERS)
    const answers = await race(() => refresh(server, client, token))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).to.have.length(1)
    const next = await refresh(server, client, winners[0]!.body.refresh_token)
    expect(next.status).to.equal(200)

    moveClock(11 * SECOND)
    expect((await refresh(server, client, token)).body.error).to.equal('invalid_grant')
    expect((await refresh(server, client, next.body.refresh_token)).body.error).to.equal('invalid_grant')
  })

  it('five clients in parallel on one session: all five codes redeem', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => server.register('web', { first_party: true })))
    const asked = await Promise.all(clients.map(each => authorize(server, each, {}, visitor)))
    for (const [i, { page, codeVerifier }] of asked.entries()) {
      const { body } = await redeem(server, clients[i]!, codeOf(page), codeVerifier)
      expect((await userinfo(server, body.access_token)).status).to.equal(200)
    }
  })

  it('a session ended during a request: it stays ended', async () => {
    const page = await visitor.open('/logout')
    const requests = Array.from({ length: 20 }, () => visitor.send('GET', authorization(server, client).url))
    await Promise.all([...requests, visitor.submit(page, '/logout/confirm', { logout: 'yes' })])
    const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
    expect(answerOf(silent).error).to.equal('login_required')
  })

  it('essential acr, lower than the session’s or unknown: satisfied or the named error, never a loop', async () => {
    const essential = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } })
    const { page: met } = await authorize(server, client, { claims: essential('urn:latchkey:acr:1') }, visitor)
    expect(answerOf(met)).to.have.property('code')
    for (const value of ['urn:nobody:knows', 'phr', '0', '__proto__']) {
      const { page } = await authorize(server, client, { claims: essential(value) }, visitor)
      expect(answerOf(page).error, value).to.equal('unmet_authentication_requirements')
    }
  })

  it('a disabled account with a live session: authorize, prompt=none and introspection refuse, never a 500', async () => {
    const tokens = await freshTokens()
    await server.app.accounts.setStatus(person.id, 'deactivated')
    const { page } = await authorize(server, client, {}, visitor)
    expect(page.html).to.include('name="identifier"')
    const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
    expect(answerOf(silent).error).to.equal('login_required')
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect((await introspect(server, client, token)).body).to.deep.equal({ active: false })
    expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
  })

  it('key rotation under load: old tokens verify, and the next key was published before it signed', async () => {
    const published = async () => (await (await fetch(`${server.issuer}/jwks`)).json()) as JSONWebKeySet
    const old = (await freshTokens()).id_token
    const kept = await published()
    await server.app.keys.rotate()
    await server.app.refreshKeys()
    const before = await published()
    const underWay = race(freshTokens)
    moveClock(30 * SECOND)
    await server.app.refreshKeys()
    // By who has looked the keys up before: the next one does not sign yet.
    for (const { id_token: jwt } of await underWay) await jwtVerify(jwt, createLocalJWKSet(kept))
    moveClock(31 * SECOND)
    await server.app.refreshKeys()
    const now = await Promise.all([freshTokens(), freshTokens()])
    for (const jwt of [old, ...(await underWay).map(tokens => tokens.id_token), ...now.map(tokens => tokens.id_token)])
      for (const keys of [before, await published()])
        await jwtVerify(jwt, createLocalJWKSet(keys), {
          issuer: server.issuer,
          audience: client.client_id,
          currentDate: new Date(Date.now()),
        })
  })
}
