// A browser that is signed in already: what an app can ask for, who goes on as whom, and for how long.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, claimsIn } from '../support/endpoints.ts'
import { allow, attemptOf, authorization, codeOf, redeem, signIn, signInForTokens } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

const HOUR = 60 * 60_000

describe('a live session', () => {
  let server: TestServer
  let client: ClientView
  before(async () => {
    server = await startServer({ env: { LATCHKEY_ADDRESS_FAILURES: '1000' } })
    client = await server.register('web', { first_party: true })
  })
  afterEach(resetClock)
  after(() => server.close())

  async function signedIn(remember = false) {
    const account = await server.person()
    const { visitor, page } = await authorize(server, client)
    const end = await signIn(visitor, page, account.email, PASSWORD, remember)
    expect(answerOf(end)).to.have.property('code')
    return { visitor, account }
  }
  async function ask(visitor: Visitor, params: Record<string, string> = {}) {
    const { url, codeVerifier } = authorization(server, client, params)
    return { page: await visitor.open(url), codeVerifier }
  }
  async function subjectOf(page: VisitedPage, codeVerifier: string) {
    const { body } = await redeem(server, client, codeOf(page), codeVerifier)
    return claimsIn(body.id_token)
  }
  const isAskedWho = (page: VisitedPage) => page.html.includes('name="identifier"')
  const isAskedForPassword = (page: VisitedPage) => page.html.includes('name="password"')

  it('is enough: no page is shown', async () => {
    const { visitor, account } = await signedIn()
    const { page, codeVerifier } = await ask(visitor)
    expect((await subjectOf(page, codeVerifier)).sub).to.equal(account.id)
  })

  describe('and prompt=login', () => {
    it('asks for the password again, of the same person, and tells when it was', async () => {
      const { visitor, account } = await signedIn()
      moveClock(HOUR)
      const { page, codeVerifier } = await ask(visitor, { prompt: 'login' })
      expect(isAskedForPassword(page)).to.equal(true)
      expect(wordsOf(page)).to.include(account.email)
      const end = await visitor.submit(page, '/prove/password', { password: PASSWORD })
      const claims = await subjectOf(end, codeVerifier)
      expect(claims.sub).to.equal(account.id)
      expect(claims.auth_time).to.be.closeTo(Date.now() / 1000, 5)
    })

    it('lets no wrong password through on the strength of the session', async () => {
      const { visitor } = await signedIn()
      const { page } = await ask(visitor, { prompt: 'login' })
      const wrong = await visitor.submit(page, '/prove/password', { password: 'wrong' })
      expect(wrong.status).to.equal(400)
      expect(isAskedForPassword(await visitor.open(attemptOf(page)))).to.equal(true)
      expect(answerOf((await ask(visitor)).page)).to.have.property('code')
    })

    it('lets another person sign in, whose session it is from then on', async () => {
      const { visitor } = await signedIn()
      const other = await server.person()
      const { page, codeVerifier } = await ask(visitor, { prompt: 'login' })
      const anew = await visitor.submit(page, '/switch')
      expect(isAskedWho(anew)).to.equal(true)
      const end = await signIn(visitor, anew, other.email)
      expect((await subjectOf(end, codeVerifier)).sub).to.equal(other.id)
      const next = await ask(visitor)
      expect((await subjectOf(next.page, next.codeVerifier)).sub).to.equal(other.id)
    })
  })

  describe('and prompt=select_account', () => {
    it('goes on with the account that is there, without a password', async () => {
      const { visitor, account } = await signedIn()
      const { page, codeVerifier } = await ask(visitor, { prompt: 'select_account' })
      expect(wordsOf(page)).to.include('Choose an account').and.to.include(account.email)
      const end = await visitor.submit(page, '/select')
      expect((await subjectOf(end, codeVerifier)).sub).to.equal(account.id)
    })

    it('goes on with another account: the old session is over, its tokens too', async () => {
      const account = await server.person()
      const { visitor, tokens } = await signInForTokens(server, client, account.email)
      const other = await server.person()
      const { page, codeVerifier } = await ask(visitor, { prompt: 'select_account' })
      const end = await signIn(visitor, await visitor.submit(page, '/switch'), other.email)
      expect((await subjectOf(end, codeVerifier)).sub).to.equal(other.id)
      const userinfo = await fetch(`${server.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      })
      expect(userinfo.status).to.equal(401)
      const { items } = await server.app.events.ofAccount(account.id, { limit: 50 })
      expect(items.find(({ type }) => type === 'session.ended')?.details).to.deep.equal({ reason: 'other_account' })
    })

    it('cancelled: the session is as it was', async () => {
      const { visitor, account } = await signedIn()
      const { page } = await ask(visitor, { prompt: 'select_account' })
      const anew = await visitor.submit(page, '/switch')
      expect(answerOf(await visitor.submit(anew, '/cancel')).error).to.equal('access_denied')
      const next = await ask(visitor)
      expect((await subjectOf(next.page, next.codeVerifier)).sub).to.equal(account.id)
    })
  })

  it('and prompt=create and the like together: each is asked in its turn', async () => {
    const { visitor, account } = await signedIn()
    const { page, codeVerifier } = await ask(visitor, { prompt: 'select_account login consent' })
    const password = await visitor.submit(page, '/select')
    expect(isAskedForPassword(password)).to.equal(true)
    const consent = await visitor.submit(password, '/prove/password', { password: PASSWORD })
    expect(consent.html).to.include('name="decision"')
    expect((await subjectOf(await allow(visitor, consent), codeVerifier)).sub).to.equal(account.id)
  })

  describe('and max_age', () => {
    it('asks for the password once the last is older', async () => {
      const { visitor } = await signedIn()
      expect(answerOf((await ask(visitor, { max_age: '3600' })).page)).to.have.property('code')
      moveClock(HOUR + 1000)
      const { page } = await ask(visitor, { max_age: '3600' })
      expect(isAskedForPassword(page)).to.equal(true)
      expect(answerOf(await visitor.submit(page, '/prove/password', { password: PASSWORD }))).to.have.property('code')
    })

    it('of 0 asks each time, and comes to an end', async () => {
      const { visitor } = await signedIn()
      const { page, codeVerifier } = await ask(visitor, { max_age: '0' })
      expect(isAskedForPassword(page)).to.equal(true)
      const end = await visitor.submit(page, '/prove/password', { password: PASSWORD })
      expect((await subjectOf(end, codeVerifier)).auth_time).to.be.closeTo(Date.now() / 1000, 5)
    })
  })

  it('and a hint at another account (id_token_hint): asks for that one, and takes no other', async () => {
    const expected = await server.person()
    const { tokens } = await signInForTokens(server, client, expected.email)
    const { visitor, account } = await signedIn()
    const { page, codeVerifier } = await ask(visitor, { id_token_hint: tokens.id_token })
    expect(wordsOf(page)).to.include('The app asked for another account')
    const wrong = await signIn(visitor, page, account.email)
    expect(wordsOf(wrong)).to.include('The app asked for another account')
    const end = await signIn(visitor, wrong, expected.email)
    expect((await subjectOf(end, codeVerifier)).sub).to.equal(expected.id)
  })

  it('in two tabs that began before it, as two people: the later one is who the browser is', async () => {
    const [ann, bob] = [await server.person(), await server.person()]
    const visitor = new Visitor(server.issuer)
    const [first, second] = [await ask(visitor), await ask(visitor)]
    const one = await signIn(visitor, first.page, ann.email)
    expect((await subjectOf(one, first.codeVerifier)).sub).to.equal(ann.id)
    const other = await signIn(visitor, second.page, bob.email)
    expect((await subjectOf(other, second.codeVerifier)).sub).to.equal(bob.id)
    const next = await ask(visitor)
    expect((await subjectOf(next.page, next.codeVerifier)).sub).to.equal(bob.id)
  })

  it('that was left in another tab: the first tab says so, and begins anew', async () => {
    const account = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, account.email)
    const { page } = await ask(visitor, { prompt: 'login' })
    const out = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
    await visitor.submit(out, '/logout/confirm', { logout: 'yes' })
    await signInForTokens(server, client, account.email, { visitor })
    const stale = await visitor.submit(page, '/prove/password', { password: PASSWORD })
    expect(stale.status).to.equal(410)
    const restart = /href="(\/authorize\?[^"]*)"/.exec(stale.html)![1]!.replaceAll('&amp;', '&')
    const anew = await visitor.open(restart)
    expect(answerOf(await visitor.submit(anew, '/prove/password', { password: PASSWORD }))).to.have.property('code')
  })

  it('left lying for over an hour: the sign-in has expired, and begins anew by its own link', async () => {
    const { email } = await server.person()
    const { visitor, page } = await authorize(server, client, { state: 'kept' })
    moveClock(HOUR + 1000)
    const stale = await visitor.submit(page, '/identify', { identifier: email })
    expect(stale.status).to.equal(410)
    expect(wordsOf(stale)).to.include('has expired')
    const restart = /href="(\/authorize\?[^"]*)"/.exec(stale.html)![1]!.replaceAll('&amp;', '&')
    expect(answerOf(await signIn(visitor, await visitor.open(restart), email))).to.include({ state: 'kept' })
  })

  it('that was ended while a page of it was open: nothing goes on by it', async () => {
    const { visitor, account } = await signedIn()
    const { page } = await ask(visitor, { prompt: 'select_account' })
    const { items } = await server.app.signIns.ofAccount(account.id, { limit: 1 })
    await server.app.sessions.end(items[0]!.id, 'revoked')
    const end = await visitor.submit(page, '/select')
    expect(end.url.searchParams.get('code')).to.equal(null)
    expect(isAskedWho((await ask(visitor)).page)).to.equal(true)
  })

  it('of an account that was disabled while a page of it was open: nothing goes on by it', async () => {
    const { visitor, account } = await signedIn()
    const { page } = await ask(visitor, { prompt: 'select_account' })
    await server.app.accounts.setStatus(account.id, 'deactivated')
    const end = await visitor.submit(page, '/select')
    expect(end.url.searchParams.get('code')).to.equal(null)
  })

  describe('and “remember me”', () => {
    const setBy = async (visitor: Visitor, page: VisitedPage, fields: Record<string, string>) => {
      const proven = await visitor.send('POST', `${attemptOf(page)}/prove/password`, { password: PASSWORD, ...fields })
      const resumed = await visitor.send('GET', proven.headers.get('location')!)
      return resumed.headers.getSetCookie().find(cookie => cookie.startsWith('latchkey_session='))!
    }
    async function sessionCookie(fields: Record<string, string>) {
      const { email } = await server.person()
      const { visitor, page } = await authorize(server, client)
      return setBy(visitor, await visitor.submit(page, '/identify', { identifier: email }), fields)
    }

    it('unticked: a cookie that goes with the browser', async () => {
      const cookie = await sessionCookie({})
      expect(cookie).to.not.match(/expires|max-age/i)
      expect(cookie)
        .to.match(/httponly/i)
        .and.to.match(/samesite=lax/i)
        .and.to.match(/path=\//i)
    })

    it('ticked: a cookie that stays for 30 days', async () => {
      const cookie = await sessionCookie({ remember: 'yes' })
      const expires = Date.parse(/expires=([^;]*)/i.exec(cookie)![1]!)
      expect(expires).to.be.closeTo(Date.now() + 30 * 24 * HOUR, HOUR)
    })

    it('decides how long the session itself lasts', async () => {
      const [short, long] = [await signedIn(), await signedIn(true)]
      moveClock(2 * HOUR + 60_000)
      expect(isAskedWho((await ask(short.visitor)).page)).to.equal(true)
      expect(answerOf((await ask(long.visitor)).page)).to.have.property('code')
      moveClock(29 * 24 * HOUR)
      expect(answerOf((await ask(long.visitor)).page)).to.have.property('code')
      moveClock(24 * HOUR)
      expect(isAskedWho((await ask(long.visitor)).page)).to.equal(true)
    })

    it('a session in use lasts, but not for ever', async () => {
      const { visitor } = await signedIn()
      for (let hours = 0; hours < 11; hours += 1) {
        moveClock(HOUR)
        expect(answerOf((await ask(visitor)).page), `${hours} hours`).to.have.property('code')
      }
      moveClock(HOUR)
      expect(isAskedWho((await ask(visitor)).page)).to.equal(true)
    })
  })
})

describe('a known device', () => {
  let server: TestServer
  let client: ClientView
  before(async () => {
    server = await startServer()
    client = await server.register('web', { first_party: true })
  })
  afterEach(resetClock)
  after(() => server.close())

  async function tryPassword(email: string, password: string, visitor = new Visitor(server.issuer)) {
    const { page } = await authorize(server, client, { prompt: 'login' }, visitor)
    const asked = page.html.includes('name="identifier"')
      ? await visitor.submit(page, '/identify', { identifier: email })
      : page
    return visitor.submit(asked, '/prove/password', { password })
  }
  async function lockedByStrangers(email: string) {
    for (let tries = 0; tries < 6; tries += 1) await tryPassword(email, 'wrong')
    const stranger = await tryPassword(email, PASSWORD)
    expect(stranger.status).to.equal(429)
    expect(stranger.headers.get('retry-after')).to.match(/^\d+$/)
    expect(wordsOf(stranger)).to.include('Too many tries')
  }

  it('still gets in when strangers have locked the account', async () => {
    const { email } = await server.person()
    const { visitor } = await signInForTokens(server, client, email)
    await lockedByStrangers(email)
    expect(answerOf(await tryPassword(email, PASSWORD, visitor))).to.have.property('code')
    // Nor does that open it for the strangers.
    expect((await tryPassword(email, PASSWORD)).status).to.equal(429)
  })

  it('still gets in after it signed out', async () => {
    const { email } = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, email)
    const page = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
    await visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    await lockedByStrangers(email)
    expect(answerOf(await tryPassword(email, PASSWORD, visitor))).to.have.property('code')
  })

  it('is limited by itself: whoever has the browser does not guess without end', async () => {
    const { email } = await server.person()
    const { visitor } = await signInForTokens(server, client, email)
    for (let tries = 0; tries < 5; tries += 1) expect((await tryPassword(email, 'wrong', visitor)).status).to.equal(400)
    expect((await tryPassword(email, PASSWORD, visitor)).status).to.equal(429)
  })

  it('is none for another account, nor is a cookie that was made up', async () => {
    const [mine, theirs] = [await server.person(), await server.person()]
    const { visitor } = await signInForTokens(server, client, mine.email)
    await lockedByStrangers(theirs.email)
    const other = new Visitor(server.issuer)
    for (const name of ['latchkey_device', 'latchkey_device.sig']) other.setCookie(name, visitor.cookie(name)!)
    expect((await tryPassword(theirs.email, PASSWORD, other)).status).to.equal(429)
    other.setCookie('latchkey_device', 'x'.repeat(43))
    expect((await tryPassword(theirs.email, PASSWORD, other)).status).to.equal(429)
  })

  it('does not wait for ever: the lock opens', async () => {
    const { email } = await server.person()
    await lockedByStrangers(email)
    moveClock(15 * 60_000 + 1000)
    expect(answerOf(await tryPassword(email, PASSWORD))).to.have.property('code')
  })
})
