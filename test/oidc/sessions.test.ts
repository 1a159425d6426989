// One session, many requests at once: nothing that one of them wrote is lost, and what was ended stays ended.
import { expect } from 'chai'
import { sha256 } from '../../src/lib/ids.ts'
import { sessionDeclaration, type SessionRecord } from '../../src/oidc/store/records.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { Collection } from '../../src/storage/port.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, introspect, userinfo } from '../support/endpoints.ts'
import { eachEngine, WITH_REDIS } from '../support/engines.ts'
import { allow, authorization, codeOf, redeem, signIn, signInForTokens } from '../support/flow.ts'
import { createHold, type Hold } from '../support/hold-calls.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const MINUTE = 60_000

describe('a session', () => {
  eachEngine((_name, openUrl, env) => {
    let server: TestServer
    let sessions: Collection<SessionRecord>
    let hold: Hold
    let email: string
    let client: ClientView

    before(async () => {
      hold = createHold()
      server = await startServer({ store: await openUrl(), env, wrapStore: hold.wrap })
      sessions = server.app.store.collection(sessionDeclaration)
      client = await server.register('web')
      email = (await server.person()).email
    })
    after(() => server?.close())
    afterEach(resetClock)

    async function signedIn(to = client) {
      const { visitor, tokens } = await signInForTokens(server, to, email)
      const session = await sessions.first({ cookieHash: sha256(visitor.cookie('latchkey_session')!) })
      return { visitor, tokens, uid: session!.id }
    }

    it('gives five clients, asking in parallel, five codes that all redeem', async () => {
      const clients = await Promise.all(
        ['one', 'two', 'three.with.dots', '$four', 'five'].map(name =>
          server.register('web', { client_id: `${name}-${crypto.randomUUID()}`, first_party: true }),
        ),
      )
      const { visitor, uid } = await signedIn()
      const asked = await Promise.all(clients.map(each => authorize(server, each, {}, visitor)))
      const answers = await Promise.all(
        asked.map(({ page, codeVerifier }, i) => redeem(server, clients[i]!, codeOf(page), codeVerifier)),
      )
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200])
      for (const [i, { body }] of answers.entries()) {
        expect((await userinfo(server, body.access_token)).status).to.equal(200)
        expect((await introspect(server, clients[i]!, body.refresh_token)).body.active).to.equal(true)
      }
      const { payload } = (await sessions.get(uid))!
      expect(payload.authorizations).to.include.all.keys(client.client_id, ...clients.map(each => each.client_id))
    })

    it('gives one client, asking for the first time five times in parallel, five codes that all redeem', async () => {
      const fresh = await server.register('web', { first_party: true })
      const { visitor } = await signedIn()
      const asked = await Promise.all(Array.from({ length: 5 }, () => authorize(server, fresh, {}, visitor)))
      const answers = await Promise.all(
        asked.map(({ page, codeVerifier }) => redeem(server, fresh, codeOf(page), codeVerifier)),
      )
      for (const { body } of answers) expect((await userinfo(server, body.access_token)).status).to.equal(200)
    })

    it('gives five clients, agreed to in five tabs at once, five codes, and goes on', async () => {
      const clients = await Promise.all(Array.from({ length: 5 }, () => server.register('web')))
      const { visitor } = await signedIn()
      const asked = await Promise.all(clients.map(each => authorize(server, each, {}, visitor)))
      const ends = await Promise.all(asked.map(({ page }) => allow(visitor, page)))
      const answers = await Promise.all(
        ends.map((page, i) => redeem(server, clients[i]!, codeOf(page), asked[i]!.codeVerifier)),
      )
      for (const { body } of answers) expect((await userinfo(server, body.access_token)).status).to.equal(200)
      for (const each of [client, ...clients]) {
        const { page } = await authorize(server, each, { prompt: 'none' }, visitor)
        expect(answerOf(page)).to.have.property('code')
      }
    })

    it('keeps its sign-in when a request that began before it ends after it', async () => {
      const visitor = new Visitor(server.issuer)
      await visitor.open('/logout')
      const { page, codeVerifier } = await authorize(server, client, {}, visitor)
      const upsert = hold.next('sessions.upsert')
      const late = visitor.send('GET', authorization(server, client).url)
      await upsert.reached
      const before = visitor.cookie('latchkey_session')
      const end = await allow(visitor, await signIn(visitor, page, email))
      const { body } = await redeem(server, client, codeOf(end), codeVerifier)
      const cookies = ['latchkey_session', 'latchkey_session.sig'].map(name => [name, visitor.cookie(name)!] as const)
      expect(cookies[0]![1]).to.not.equal(before)
      upsert.release()
      await late
      for (const [name, value] of cookies) visitor.setCookie(name, value)
      const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(silent)).to.have.property('code')
      expect((await userinfo(server, body.access_token)).status).to.equal(200)
    })

    it('keeps the newer sign-in when a request that began before it ends after it', async () => {
      const { visitor, uid } = await signedIn()
      const other = await server.register('web', { first_party: true })
      moveClock(10 * MINUTE)
      const { page } = await authorize(server, client, { prompt: 'login' }, visitor)
      const upsert = hold.next('sessions.upsert')
      const late = visitor.send('GET', authorization(server, other).url)
      await upsert.reached
      await visitor.submit(page, '/prove/password', { password: PASSWORD })
      const cookie = visitor.cookie('latchkey_session')!
      const { loginTs } = (await sessions.get(uid))!.payload
      upsert.release()
      await late
      const after = (await sessions.get(uid))!
      expect(after.payload.loginTs).to.equal(loginTs)
      expect(after.cookieHash).to.equal(sha256(cookie))
      expect(after.payload.authorizations).to.have.property(other.client_id)
    })

    it('leaves one app by the sign-out page, while another is being reached', async () => {
      const { visitor, tokens } = await signedIn()
      const other = await server.register('web', { first_party: true })
      const page = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
      const upsert = hold.next('sessions.upsert')
      const leaving = visitor.submit(page, '/logout/confirm')
      await upsert.reached
      const reached = await authorize(server, other, {}, visitor)
      upsert.release()
      expect((await leaving).status).to.equal(200)
      expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
      const { body } = await redeem(server, other, codeOf(reached.page), reached.codeVerifier)
      expect((await userinfo(server, body.access_token)).status).to.equal(200)
      const { page: silent } = await authorize(server, other, { prompt: 'none' }, visitor)
      expect(answerOf(silent)).to.have.property('code')
    })

    it('stays ended when it is ended during a request', async () => {
      const { visitor, tokens, uid } = await signedIn()
      const other = await server.register('web', { first_party: true })
      const upsert = hold.next('sessions.upsert')
      const late = authorize(server, other, {}, visitor)
      await upsert.reached
      expect(await server.app.sessions.end(uid, 'revoked')).to.equal(true)
      upsert.release()

      const { page, codeVerifier } = await late
      expect((await sessions.get(uid))?.endedAt).to.be.a('number')
      const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(silent).error).to.equal('login_required')
      expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
      const late200 = page.url.searchParams.get('code')
      if (late200) expect((await redeem(server, other, late200, codeVerifier)).body.error).to.equal('invalid_grant')
    })

    it('stays ended when a person signs out while other tabs are loading', async () => {
      const { visitor, uid } = await signedIn()
      const page = await visitor.open('/logout')
      await Promise.all([
        ...Array.from({ length: 8 }, () => visitor.send('GET', authorization(server, client).url)),
        visitor.submit(page, '/logout/confirm', { logout: 'yes' }),
        ...Array.from({ length: 8 }, () => visitor.send('GET', authorization(server, client).url)),
      ])
      expect((await sessions.get(uid))?.endedAt).to.be.a('number')
      const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(silent).error).to.equal('login_required')
    })

    it('ends at the sign-out of a tab, though another tab got a new cookie meanwhile', async () => {
      const { visitor, tokens, uid } = await signedIn()
      const leaving = await visitor.open('/logout')
      const { page } = await authorize(server, client, { prompt: 'login' }, visitor)
      const before = visitor.cookie('latchkey_session')
      const asked = hold.next('clients.get')
      const left = visitor.submit(leaving, '/logout/confirm', { logout: 'yes' })
      await asked.reached
      await visitor.submit(page, '/prove/password', { password: PASSWORD })
      expect(visitor.cookie('latchkey_session')).to.not.equal(before)
      asked.release()
      expect((await left).status).to.equal(200)
      expect((await sessions.get(uid))?.endedAt).to.be.a('number')
      expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
    })

    it('ends in one browser, and goes on in another', async () => {
      const [one, other] = [await signedIn(), await signedIn()]
      const { page, codeVerifier } = await authorize(server, client, {}, one.visitor)
      await one.visitor.submit(await one.visitor.open('/logout'), '/logout/confirm', { logout: 'yes' })
      expect((await redeem(server, client, codeOf(page), codeVerifier)).body.error).to.equal('invalid_grant')
      expect((await userinfo(server, one.tokens.access_token)).status).to.equal(401)
      expect((await userinfo(server, other.tokens.access_token)).status).to.equal(200)
      const { page: silent } = await authorize(server, client, { prompt: 'none' }, other.visitor)
      expect(answerOf(silent)).to.have.property('code')
    })

    it('is not written when only its expiry moved by less than a minute', async () => {
      const { visitor, uid } = await signedIn()
      await authorize(server, client, { prompt: 'none' }, visitor)
      const before = (await sessions.get(uid))!
      moveClock(MINUTE / 2)
      const { page } = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(page)).to.have.property('code')
      expect(await sessions.get(uid)).to.deep.equal(before)

      moveClock(MINUTE)
      await authorize(server, client, { prompt: 'none' }, visitor)
      const { expiresAt } = (await sessions.get(uid))!
      expect(expiresAt).to.be.greaterThan(before.expiresAt + MINUTE)
    })

    it('reaches a hundred apps at the most, and keeps the newest', async () => {
      const { visitor, uid } = await signedIn()
      const authorizations = Object.fromEntries(
        Array.from({ length: 120 }, (_, i) => [`app-${i}`, { sid: `${i}`, grantId: `grant-${i}` }]),
      )
      await sessions.update(uid, known => ({ ...known, payload: { ...known.payload, authorizations } }))
      const newest = await server.register('web', { first_party: true })
      const { page, codeVerifier } = await authorize(server, newest, {}, visitor)
      const { payload } = (await sessions.get(uid))!
      expect(Object.keys(payload.authorizations as object)).to.have.length(100)
      expect((await redeem(server, newest, codeOf(page), codeVerifier)).status).to.equal(200)
    })

    it('gets a new cookie at sign-in: one that was planted before is worth nothing after', async () => {
      const attacker = new Visitor(server.issuer)
      await attacker.open('/logout')
      const victim = new Visitor(server.issuer)
      const names = ['latchkey_session', 'latchkey_session.sig']
      const planted = names.map(name => attacker.cookie(name))
      expect(planted).to.not.include(undefined)
      for (const [i, name] of names.entries()) victim.setCookie(name, planted[i]!)
      await signInForTokens(server, client, email, { visitor: victim })
      expect(victim.cookie('latchkey_session')).to.not.equal(planted[0])
      const { page } = await authorize(server, client, { prompt: 'none' }, attacker)
      expect(answerOf(page).error).to.equal('login_required')
    })

    it('ends when another person signs in on the same browser', async () => {
      const { visitor, tokens, uid } = await signedIn()
      const other = await server.person()
      const { page, codeVerifier } = await authorize(server, client, { prompt: 'login' }, visitor)
      const asked = await visitor.submit(page, '/switch')
      const end = await allow(visitor, await signIn(visitor, asked, other.email))
      const { body } = await redeem(server, client, codeOf(end), codeVerifier)
      expect((await userinfo(server, body.access_token)).body.sub).to.equal(other.id)
      expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
      expect((await sessions.get(uid))?.endedAt).to.be.a('number')
    })

    it('ends when it is not used for 2 hours, and after 12 hours in any case', async () => {
      const { visitor } = await signedIn()
      for (let hours = 0; hours < 11; hours += 1) {
        moveClock(60 * MINUTE)
        const { page } = await authorize(server, client, { prompt: 'none' }, visitor)
        expect(answerOf(page), `after ${hours + 1} h`).to.have.property('code')
      }
      moveClock(61 * MINUTE)
      const { page } = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(page).error).to.equal('login_required')

      const idle = await signedIn()
      moveClock(121 * MINUTE)
      const { page: late } = await authorize(server, client, { prompt: 'none' }, idle.visitor)
      expect(answerOf(late).error).to.equal('login_required')
    })
  }, WITH_REDIS)
})
