// The end of one session, and how its apps hear of it.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { generateKeyPair, SignJWT, createRemoteJWKSet, jwtVerify } from 'jose'
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { logoutDeclaration } from '../../src/core/sessions/logouts.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { claimsIn } from '../support/endpoints.ts'
import { signInForTokens } from '../support/flow.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { allAnswered, allRefused, tryAll, type Held } from './held.ts'

const BYE = 'http://127.0.0.1:9/bye'

describe('the end of a session', () => {
  let server: TestServer
  let receiver: Receiver
  let client: ClientView
  let person: Account
  let held: Held

  before(async () => {
    server = await startServer({ jobs: false })
    receiver = await startReceiver()
    client = await server.register('web', {
      backchannel_logout_uri: receiver.url,
      backchannel_logout_session_required: true,
      post_logout_redirect_uris: [BYE],
    })
  })
  after(async () => {
    await receiver.close()
    await server.close()
  })
  beforeEach(async () => {
    person = await server.person()
    held = await signInForTokens(server, client, person.email)
    receiver.tokens.length = 0
  })
  afterEach(resetClock)

  async function uid(): Promise<string> {
    const { items } = await server.app.signIns.ofAccount(person.id, { limit: 10 })
    return items.at(-1)!.id
  }
  const entries = async () => (await server.app.events.ofAccount(person.id, { limit: 100 })).items

  it('refuses everything that hung on it, and tells the app, when it is ended from elsewhere', async () => {
    const told = receiver.next()
    expect(await server.app.sessions.end(await uid(), 'revoked')).to.equal(true)
    expect(await tryAll(server, client, held)).to.deep.equal(allRefused)

    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`))
    const verified = await jwtVerify(await told, keys, { issuer: server.issuer, audience: client.client_id })
    expect(verified.protectedHeader.typ).to.equal('logout+jwt')
    expect(verified.payload).to.include({ sub: person.id, sid: claimsIn(held.tokens.id_token).sid })
    expect(verified.payload.events).to.have.property('http://schemas.openid.net/event/backchannel-logout')
    expect(verified.payload).to.not.have.property('nonce')
  })

  it('happens once: of 20 who end it one does, and the app is told once', async () => {
    const id = await uid()
    const told = receiver.next()
    const ends = await Promise.all(Array.from({ length: 20 }, () => server.app.sessions.end(id, 'revoked')))
    expect(ends.filter(Boolean)).to.have.length(1)
    await told
    const queue = server.app.store.collection(logoutDeclaration)
    while ((await queue.list({}, { limit: 1 })).items.length > 0) await nextTurn()
    expect(receiver.tokens).to.have.length(1)
  })

  it('comes to each browser of a disabled account', async () => {
    const other = await signInForTokens(server, client, person.email)
    await server.app.accounts.setStatus(person.id, 'deactivated')
    expect(await tryAll(server, client, held)).to.deep.equal(allRefused)
    expect(await tryAll(server, client, other)).to.deep.equal(allRefused)
    const told = [receiver.next(), receiver.next()]
    expect(await server.app.sessions.endAll(person.id, 'account_disabled')).to.equal(2)
    expect(new Set(await Promise.all(told)).size).to.equal(2)
  })

  it('asks first on our page, which says what will end; then tells the app and leads back to it', async () => {
    const told = receiver.next()
    const page = await held.visitor.open(
      `/logout?id_token_hint=${held.tokens.id_token}&post_logout_redirect_uri=${BYE}&state=s`,
    )
    const words = wordsOf(page)
    expect(words).to.include(person.email).and.to.include('Test app asks to sign you out')
    for (const choice of ['everywhere on this browser', 'on all devices', 'Only leave Test app'])
      expect(words).to.include(choice)
    expect(await tryAll(server, client, held), 'nothing has ended yet').to.deep.equal(allAnswered)

    const again = await held.visitor.open(page.url)
    const left = await held.visitor.submit(again, '/logout/confirm', { logout: 'yes' })
    expect(left.url.href).to.equal(`${BYE}?state=s`)
    expect(await told).to.be.a('string')
    expect(await tryAll(server, client, held)).to.deep.equal(allRefused)

    const all = await entries()
    expect(all.map(({ type }) => type)).to.include.members(['session.created', 'session.ended', 'signout.finished'])
    expect(all.find(({ type }) => type === 'session.ended')?.details).to.deep.equal({ reason: 'signed_out' })
    expect(all.find(({ type }) => type === 'signout.finished')?.details).to.deep.equal({ from: 'browser' })
  })

  it('on all devices is an entry of its own, and the app is told once of each session', async () => {
    await signInForTokens(server, client, person.email)
    const told = [receiver.next(), receiver.next()]
    const page = await held.visitor.open('/logout')
    await held.visitor.submit(page, '/logout/confirm', { logout: 'everywhere' })
    expect(new Set((await Promise.all(told)).map(token => claimsIn(token).sid)).size).to.equal(2)
    const all = await entries()
    expect(all.find(({ type }) => type === 'account.signed_out')?.details).to.deep.equal({ reason: 'signed_out' })
    expect(all.filter(({ type }) => type === 'session.ended')).to.have.length(2)
    expect(receiver.tokens).to.have.length(2)
  })

  it('on all devices lets the person sign in again at that very moment, with tokens that count', async () => {
    const page = await held.visitor.open('/logout')
    await held.visitor.submit(page, '/logout/confirm', { logout: 'everywhere' })
    const anew = await signInForTokens(server, client, person.email, { visitor: held.visitor })
    expect(await tryAll(server, client, anew)).to.deep.equal(allAnswered)
  })

  it('is not brought about by a request without the page’s own token, nor by one of an earlier page', async () => {
    const page = await held.visitor.open('/logout')
    for (const xsrf of ['', 'guessed', 'a'.repeat(48)]) {
      const answer = await held.visitor.post('/logout/confirm', { logout: 'yes', xsrf })
      expect(answer.status, xsrf).to.equal(400)
    }
    await held.visitor.open('/logout')
    expect((await held.visitor.submit(page, '/logout/confirm', { logout: 'yes' })).status).to.equal(400)
    expect(await tryAll(server, client, held)).to.deep.equal(allAnswered)
  })

  it('is not brought about by a forged hint, and a foreign one changes nothing about who is asked', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const kid = JSON.parse(Buffer.from(held.tokens.id_token.split('.')[0]!, 'base64url').toString()).kid as string
    const forged = await new SignJWT(claimsIn(held.tokens.id_token))
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey)
    for (const hint of [forged, 'x', 'a.b.c']) {
      const page = await held.visitor.open(`/logout?id_token_hint=${hint}`)
      expect(page.status, hint).to.equal(400)
      expect(page.html).to.not.include('/logout/confirm')
    }
    const stranger = await signInForTokens(server, client, (await server.person()).email)
    const page = await held.visitor.open(`/logout?id_token_hint=${stranger.tokens.id_token}`)
    expect(wordsOf(page)).to.include(person.email)
    expect(await tryAll(server, client, held)).to.deep.equal(allAnswered)
    await held.visitor.submit(await held.visitor.open(page.url), '/logout/confirm', { logout: 'yes' })
    expect(await tryAll(server, client, stranger)).to.deep.equal(allAnswered)
  })

  it('leads back only to an address that the hint’s own app has registered', async () => {
    const other = await server.register('web', { post_logout_redirect_uris: ['http://127.0.0.1:9/other'] })
    const atOther = await signInForTokens(server, other, person.email)
    const hint = { mine: held.tokens.id_token, other: atOther.tokens.id_token }
    for (const [token, to] of [
      [hint.mine, `${BYE}/more`],
      [hint.mine, `${BYE}?x=1`],
      [hint.mine, 'http://127.0.0.1:9/other'],
      [hint.mine, 'http://evil.example/'],
      [hint.mine, 'javascript:alert(1)'],
      [hint.other, BYE],
    ] as const) {
      const page = await held.visitor.open(
        `/logout?id_token_hint=${token}&post_logout_redirect_uri=${encodeURIComponent(to)}`,
      )
      expect(page.status, to).to.equal(400)
      expect(page.url.origin).to.equal(server.issuer)
    }
    // Without an app nobody has registered it: the page stays with us.
    const page = await held.visitor.open(`/logout?post_logout_redirect_uri=${BYE}`)
    const left = await held.visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    expect(left.url.origin).to.equal(server.issuer)
  })

  it('when nobody is signed in, asks nothing and leads on', async () => {
    const stranger = new Visitor(server.issuer)
    expect(wordsOf(await stranger.open('/logout'))).to.include('You are signed out')
    const back = await stranger.open(
      `/logout?id_token_hint=${held.tokens.id_token}&post_logout_redirect_uri=${BYE}&state=s`,
    )
    expect(back.url.href).to.equal(`${BYE}?state=s`)
  })

  it('is told again to an app that did not take it', async () => {
    receiver.failing = true
    const first = receiver.next()
    await server.app.sessions.end(await uid(), 'revoked')
    await first
    receiver.failing = false
    const again = receiver.next()
    const job = server.app.jobs.find(({ name }) => name === 'send-logouts')!
    let result = ''
    for (let minutes = 0; minutes < 10 && !result.startsWith('1 apps told'); minutes += 1) {
      moveClock(60_000)
      result = await job.run()
    }
    resetClock()
    expect(result).to.equal('1 apps told, 0 not reached')
    expect(await again).to.be.a('string')
  })
})
