// The Security page: what an account signs in with, changed only by who has just proven themselves.
import { expect } from 'chai'
import { TOTP } from 'otpauth'
import { SECURITY, openConsole } from '../support/account.ts'
import { consoleSessionDeclaration } from '../../src/core/consoles/sessions.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { introspect, refresh } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { signIn, signInForTokens } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { addPasskey, usePasskey } from '../support/passkeys.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

const MINUTE = 60_000
const TOTP_ADD = `${SECURITY}/totp/add`

describe('the Security page', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let person: { id: string; email: string }
    let visitor: Visitor

    before(async () => {
      server = await startServer({ store: await openUrl() })
    })
    after(() => server?.close())
    beforeEach(async () => {
      person = await server.person()
      visitor = (await openConsole(server, person.email)).visitor
    })
    afterEach(resetClock)

    const proveByPassword = (page: VisitedPage) => visitor.submit(page, '/prove/password', { password: PASSWORD })
    const isAskedFor = (page: VisitedPage, method: string) => page.html.includes(`/prove/${method}"`)
    const removeUrlIn = (page: VisitedPage, method: string) =>
      new RegExp(`href="(${SECURITY}/${method}/[^"]+/remove)"`).exec(page.html)?.[1]
    const eventsOf = async () =>
      (await server.app.events.ofAccount(person.id, { limit: 100 })).items.filter(({ type }) =>
        /^(factor|password)\./.test(type),
      )

    /** Sets up an authenticator app. @returns the code of any moment from then on */
    async function addTotp(): Promise<() => string> {
      const form = await visitor.open(TOTP_ADD)
      const secret = /secret=([A-Z2-7]+)/.exec(form.html)![1]!
      const codeNow = () => new TOTP({ secret }).generate({ timestamp: Date.now() })
      const page = await visitor.submit(form, '/totp/add', { code: codeNow() })
      expect(page.status, wordsOf(page)).to.equal(200)
      return codeNow
    }

    it('lists what there is and what there could be', async () => {
      const page = await visitor.open(SECURITY)
      const words = wordsOf(page)
      expect(words)
        .to.include('There is no second step yet')
        .and.to.include('Password')
        .and.to.include('Authenticator app')
      expect(page.html).to.include(`href="${TOTP_ADD}"`)
    })

    it('says so calmly where one thing alone signs in that can be lost', async () => {
      const account = await server.app.accounts.create({ email: 'alone@example.com', emailVerified: true })
      const key = await addPasskey(server, account)
      const alone = new Visitor(server.issuer)
      const page = await usePasskey(alone, await alone.open(SECURITY), key)
      expect(wordsOf(page)).to.include('You have one way to sign in: Passkey')
      expect(page.html).to.include(`<a class="button" href="${SECURITY}/passkey/add">`)
      await addPasskey(server, account)
      expect(wordsOf(await alone.open(SECURITY))).to.not.include('one way to sign in')
      // A password that is forgotten is set anew by mail.
      expect(wordsOf(await visitor.open(SECURITY))).to.not.include('one way to sign in')
    })

    it('asks for no proof within 5 minutes of the sign-in, then for one, and leads back to the very form', async () => {
      expect((await visitor.open(TOTP_ADD)).url.pathname).to.equal(TOTP_ADD)
      moveClock(6 * MINUTE)
      const asked = await visitor.open(`${TOTP_ADD}?from=here`)
      expect(isAskedFor(asked, 'password')).to.equal(true)
      const back = await proveByPassword(asked)
      expect(back.url.pathname + back.url.search).to.equal(`${TOTP_ADD}?from=here`)
    })

    it('asks again when a form is sent that lay open for long, and keeps what was typed, but no secret', async () => {
      const form = await visitor.open(TOTP_ADD)
      moveClock(11 * MINUTE)
      const asked = await visitor.submit(form, '/totp/add', { code: '123456', note: 'typed <here>' })
      expect(isAskedFor(asked, 'password')).to.equal(true)
      const back = await proveByPassword(asked)
      expect(back.url.pathname + back.url.search).to.equal(`${TOTP_ADD}?kept=1`)
      const [login] = (
        await server.app.store.collection(consoleSessionDeclaration).list({}, { limit: 200 })
      ).items.filter(one => one.accountId === person.id && one.kept)
      expect(login!.kept).to.deep.equal({ path: TOTP_ADD, fields: { note: 'typed <here>' } })
    })

    it('adds a second step with its entry and its mail, and offers recovery codes', async () => {
      const form = await visitor.open(TOTP_ADD)
      const secret = /secret=([A-Z2-7]+)/.exec(form.html)![1]!
      const wrong = await visitor.submit(form, '/totp/add', { code: '000000' })
      expect(wrong.status).to.equal(400)
      expect(await eventsOf()).to.deep.equal([])
      const code = new TOTP({ secret }).generate({ timestamp: Date.now() })
      const offered = await visitor.submit(wrong, '/totp/add', { code })
      expect(offered.url.pathname).to.equal(`${SECURITY}/recovery-codes/add`)
      // Nobody asked for them: they can be put off, also once the form was refused.
      for (const asked of [offered, await visitor.submit(offered, '/recovery-codes/add?offered=1')])
        expect(wordsOf(asked)).to.include('Not now').and.not.include('Cancel')
      const page = await visitor.open(SECURITY)
      expect(wordsOf(page)).to.include('A second step protects your account.')
      const [entry] = await eventsOf()
      const details = { method: 'totp', credential: `totp:${person.id}` }
      expect(entry).to.deep.include({ type: 'factor.enrolled', outcome: 'success', details })
      expect(entry).to.include({ accountId: person.id, clientId: 'latchkey-account' })
      const mail = await server.mailTo(person.email)
      expect(mail.subject).to.include('A way to sign in was set up')
      expect(mail.text).to.include('Authenticator app was set up').and.to.include(`${server.issuer}/not-me/`)
      expect(mail.text).to.not.include(secret)
    })

    it('asks for the second step too before it lets go of it; a password alone removes nothing', async () => {
      // Signed in a moment ago, before there was a second step.
      const before = (await openConsole(server, person.email)).visitor
      const codeNow = await addTotp()
      const removeUrl = removeUrlIn(await visitor.open(SECURITY), 'totp')!
      for (const tried of [await before.open(removeUrl), await before.post(removeUrl, {})])
        expect(isAskedFor(tried, 'totp')).to.equal(true)

      moveClock(MINUTE)
      const other = await openConsole(server, person.email)
      expect(isAskedFor(other.page, 'totp')).to.equal(true)
      expect((await other.visitor.send('GET', removeUrl)).status).to.equal(303)
      await other.visitor.submit(other.page, '/prove/totp', { code: codeNow() })
      expect((await other.visitor.open(removeUrl)).status).to.equal(200)
      // Posted without the page, when the proof is no longer fresh.
      moveClock(11 * MINUTE)
      expect(isAskedFor(await other.visitor.post(removeUrl, {}), 'password')).to.equal(true)
      expect((await eventsOf()).map(({ type }) => type)).to.deep.equal(['factor.enrolled'])
    })

    it('changes the password, and ends whatever was obtained by the old one', async () => {
      const client = await server.register('web')
      const held = await signInForTokens(server, client, person.email, {
        params: { scope: 'openid offline_access', prompt: 'consent' },
      })
      const form = await visitor.open(`${SECURITY}/password/add`)
      const short = await visitor.submit(form, '/password/add', { password: 'short' })
      expect(short.status).to.equal(400)
      expect(wordsOf(short)).to.include('Use at least 15 characters').and.to.not.include('value="short"')
      expect(await introspectActive(held.tokens.access_token)).to.equal(true)

      const password = 'nine yellow kites above the valley'
      const thief = new Visitor(server.issuer)
      for (const name of ['latchkey_session', 'latchkey_account'])
        for (const each of [name, `${name}.sig`]) thief.setCookie(each, visitor.cookie(each) ?? '')
      expect((await thief.open(SECURITY)).url.pathname).to.equal(SECURITY)
      const page = await visitor.submit(short, '/password/add', { password })
      expect(page.url.pathname).to.equal(SECURITY)
      expect(wordsOf(page)).to.include('Your password is changed')
      expect((await server.mailTo(person.email)).text).to.include('The password of your account was changed')
      // A copy of the cookies from before is worth nothing.
      expect((await thief.open(SECURITY)).url.pathname).to.match(/^\/signin\//)
      expect((await visitor.open(SECURITY)).url.pathname).to.equal(SECURITY)
      expect(await introspectActive(held.tokens.access_token)).to.equal(false)
      expect((await refresh(server, client, held.tokens.refresh_token)).body.error).to.equal('invalid_grant')
      expect((await held.visitor.open(SECURITY)).url.pathname).to.match(/^\/signin\//)

      expect((await server.mailTo(person.email)).text).to.include('The password of your account was changed')

      const other = new Visitor(server.issuer)
      const old = await signIn(other, await other.open(SECURITY), person.email)
      expect(wordsOf(old)).to.include('do not belong together')
      const signedIn = await other.submit(old, '/prove/password', { password })
      expect(signedIn.url.pathname).to.equal(SECURITY)
      const types = (await eventsOf()).map(({ type }) => type)
      expect(types).to.deep.equal(['password.changed'])

      async function introspectActive(token: string): Promise<boolean> {
        return (await introspect(server, client, token)).body.active
      }
    })

    it('removes, with its entry and its mail, after a proof', async () => {
      await addTotp()
      const removeUrl = removeUrlIn(await visitor.open(SECURITY), 'totp')!
      const form = await visitor.open(removeUrl)
      expect(wordsOf(form)).to.include('Remove Authenticator app')
      const page = await visitor.submit(form, '/remove')
      expect(page.url.pathname).to.equal(SECURITY)
      expect(wordsOf(page)).to.include('Removed.').and.to.include('There is no second step yet')
      expect((await eventsOf()).map(({ type }) => type)).to.deep.equal(['factor.enrolled', 'factor.removed'])
      expect((await server.mailTo(person.email)).subject).to.include('A way to sign in was removed')
      expect((await visitor.open(removeUrl)).status).to.equal(404)
    })

    it('does not let go of the last way to sign in, and says why', async () => {
      const removeUrl = removeUrlIn(await visitor.open(SECURITY), 'password')!
      const page = await visitor.submit(await visitor.open(removeUrl), '/remove')
      expect(page.status).to.equal(409)
      expect(wordsOf(page)).to.include('This is the only way to sign in')
      expect(await eventsOf()).to.deep.equal([])
    })

    it('keeps one of the last two, when both are removed at once', async () => {
      const form = await visitor.submit(await visitor.open(`${SECURITY}/email-code/add`), '/add', { send: 'yes' })
      await visitor.submit(form, '/add', { code: codeIn(await server.mailTo(person.email)) })
      const security = await visitor.open(SECURITY)
      const urls = ['password', 'email-code'].map(method => removeUrlIn(security, method)!)
      const left = async () =>
        (await server.app.methodServices.credentials.list({ accountId: person.id }, { limit: 10 })).items.length
      for (let round = 0; round < 20 && (await left()) === 2; round += 1) {
        await Promise.all(urls.map(url => visitor.post(url, {})))
        // Each may find the other one's gone: then both are refused, and the person, whose proofs were gone as well, begins anew.
        if ((await left()) === 2) visitor = (await openConsole(server, person.email)).visitor
      }
      expect(await left()).to.equal(1)
    })

    it('does not let go of the last second step where policy requires one, and says why', async () => {
      await addTotp()
      await server.app.policies.set({ kind: 'everyone' }, { secondFactor: 'required' }, 'test')
      try {
        const removeUrl = removeUrlIn(await visitor.open(SECURITY), 'totp')!
        const page = await visitor.submit(await visitor.open(removeUrl), '/remove')
        expect(page.status).to.equal(409)
        expect(wordsOf(page)).to.include('requires a second step')
      } finally {
        await server.app.policies.set({ kind: 'everyone' }, {}, 'test')
      }
    })

    it('counts only what policy allows as a second step that is left', async () => {
      const form = await visitor.submit(await visitor.open(`${SECURITY}/email-code/add`), '/add', { send: 'yes' })
      await visitor.submit(form, '/add', { code: codeIn(await server.mailTo(person.email)) })
      await addTotp()
      const removeUrl = removeUrlIn(await visitor.open(SECURITY), 'totp')!
      const allowedMethods = ['password', 'totp']
      await server.app.policies.set({ kind: 'everyone' }, { secondFactor: 'required', allowedMethods }, 'test')
      try {
        const page = await visitor.submit(await visitor.open(removeUrl), '/remove')
        expect(page.status, wordsOf(page)).to.equal(409)
      } finally {
        await server.app.policies.set({ kind: 'everyone' }, {}, 'test')
      }
    })

    it('knows nothing of what belongs to others', async () => {
      await addTotp()
      const theirs = removeUrlIn(await visitor.open(SECURITY), 'totp')!
      const stranger = await server.person()
      visitor = (await openConsole(server, stranger.email)).visitor
      for (const url of [theirs, theirs.replace(/remove$/, 'name'), `${SECURITY}/totp/none/remove`]) {
        expect((await visitor.open(url)).status, url).to.equal(404)
        expect((await visitor.post(url, { label: 'mine' })).status, url).to.equal(404)
      }
      for (const method of ['none', '__proto__', 'constructor', '..'])
        expect((await visitor.open(`${SECURITY}/${method}/add`)).status, method).to.equal(404)
      expect((await eventsOf()).map(({ type }) => type)).to.deep.equal(['factor.enrolled'])
    })

    it('hands what somebody had typed to nobody else who signs in next', async () => {
      const form = await visitor.open(TOTP_ADD)
      const sessions = await server.app.signIns.ofAccount(person.id, { limit: 10 })
      await server.app.sessions.end(sessions.items[0]!.id, 'revoked')
      const asked = await visitor.submit(form, '/totp/add', { note: 'my very own words' })
      const other = await server.person()
      const page = await signIn(visitor, asked, other.email)
      expect(page.url.pathname + page.url.search).to.equal(TOTP_ADD)
      const kept = (await server.app.store.collection(consoleSessionDeclaration).list({}, { limit: 200 })).items
      expect(JSON.stringify(kept)).to.not.include('my very own words')
    })
  })
})
