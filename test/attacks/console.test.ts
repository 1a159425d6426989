// What an attacker tries on the consoles’ sign-in. Each must fail.
import { expect } from 'chai'
import { request } from 'node:http'
import { isSignedIn, openConsole, SECURITY } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp, authenticatorOn } from '../support/factors.ts'
import { signIn } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { everyDocument } from '../support/secrets.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const CALLBACK = '/account/callback'
const COOKIE = 'latchkey_account'

describe('an attacker at the account console', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let person: { id: string; email: string }

    before(async () => {
      server = await startServer({ store: await openUrl() })
    })
    after(() => server?.close())
    beforeEach(async () => {
      person = await server.person()
    })
    afterEach(resetClock)

    /** Signs in as far as the provider's answer, and does not follow it. */
    async function answerFor(visitor: Visitor): Promise<URL> {
      const asked = await visitor.open(SECURITY)
      const { pathname } = asked.url
      await visitor.submit(asked, '/identify', { identifier: person.email })
      let address = `${pathname}/prove/password`
      let answer = await visitor.send('POST', address, { password: PASSWORD })
      for (;;) {
        address = answer.headers.get('location')!
        if (new URL(address, server.issuer).pathname === CALLBACK) return new URL(address, server.issuer)
        answer = await visitor.send('GET', address)
      }
    }

    it('gives a returnTo that leads elsewhere: nobody is sent there', async () => {
      const { visitor } = await openConsole(server, person.email)
      for (const path of ['//evil.example', '/\\evil.example', '/%09/evil.example', '/%2f/evil.example'])
        for (const address of [`/account${path}`, `/account?returnTo=${path}`, `/account/security?returnTo=${path}`]) {
          const page = await visitor.open(server.issuer + address)
          expect(page.url.origin, address).to.equal(server.issuer)
          expect(page.url.pathname, address).to.match(/^\/account/)
        }
      // As a proxy may send it: the whole address, of somebody else's host.
      const location = await new Promise(resolve =>
        request(
          { host: 'localhost', port: server.port, path: `http://evil.example${SECURITY}`, headers: { host: 'x' } },
          response => resolve(response.resume().headers.location),
        ).end(),
      )
      expect(location).to.match(new RegExp(`^${server.issuer}/authorize`))
      const stranger = new Visitor(server.issuer)
      for (const start of ['//evil.example/account', '/\\evil.example/account'])
        expect((await stranger.send('GET', server.issuer + start)).headers.get('location'), start).to.equal(null)
    })

    it('hands over an address of their own sign-in: the victim is not signed in by it', async () => {
      const attacker = new Visitor(server.issuer)
      const own = await answerFor(attacker)
      const victim = new Visitor(server.issuer)
      const page = await victim.open(own)
      expect(page.status).to.equal(400)
      expect(wordsOf(page)).to.include('did not begin in this browser')
      expect(victim.cookie(COOKIE)).to.equal(undefined)
      // Neither when the victim is in the middle of a sign-in of their own.
      const busy = new Visitor(server.issuer)
      await busy.open(SECURITY)
      expect((await busy.open(own)).status).to.equal(400)
      expect(busy.cookie(COOKIE)).to.equal(undefined)
    })

    it('mixes their code with the victim’s state, leaves out iss or lies about it, or guesses a state: refused', async () => {
      const code = (await answerFor(new Visitor(server.issuer))).searchParams.get('code')!
      const victim = new Visitor(server.issuer)
      const change = async (name: string, value: string | undefined) => {
        const answer = await answerFor(victim)
        if (value === undefined) answer.searchParams.delete(name)
        else answer.searchParams.set(name, value)
        const page = await victim.open(answer)
        expect(page.status, `${name}=${value}`).to.equal(400)
        expect(victim.cookie(COOKIE), `${name}=${value}`).to.equal(undefined)
        victim.clearCookies()
      }
      await change('code', code)
      await change('iss', undefined)
      await change('iss', 'https://evil.example')
      await change('state', 'guessed')
      await change('state', undefined)
      const doubled = await answerFor(victim)
      doubled.searchParams.append('state', 'other')
      expect((await victim.open(doubled)).status).to.equal(400)
    })

    it('replays a callback: one session, and whoever is signed in is led back', async () => {
      const visitor = new Visitor(server.issuer)
      const answer = await answerFor(visitor)
      const statuses = await Promise.all([1, 2, 3, 4, 5].map(async () => (await visitor.send('GET', answer)).status))
      expect(statuses.filter(status => status === 303).length).to.be.at.least(1)
      expect(await isSignedIn(visitor)).to.equal(true)
      const again = await visitor.open(answer)
      expect(again.url.pathname).to.equal(SECURITY)

      const thief = new Visitor(server.issuer)
      expect((await thief.open(answer)).status).to.equal(400)
      expect(await isSignedIn(thief)).to.equal(false)
    })

    it('plants a session cookie before the sign-in: it is never anybody’s, and the victim gets another', async () => {
      const planted = 'A'.repeat(43)
      const attacker = await openConsole(server, (await server.person()).email)
      for (const value of [planted, attacker.visitor.cookie(COOKIE)!]) {
        const victim = new Visitor(server.issuer)
        victim.setCookie(COOKIE, value)
        victim.setCookie('latchkey_account_signin', planted)
        victim.setCookie('latchkey_account_signin.sig', planted)
        const page = await signIn(victim, await openSignIn(victim), person.email)
        expect(wordsOf(page)).to.include(person.email)
        expect(victim.cookie(COOKIE)).to.be.a('string').and.to.not.equal(value)
        const holder = new Visitor(server.issuer)
        holder.setCookie(COOKIE, value)
        expect(wordsOf(await holder.open(SECURITY))).to.not.include(person.email)
      }
    })

    /** The victim's browser may already show the attacker's account: the victim signs in as themselves. */
    async function openSignIn(victim: Visitor) {
      const page = await victim.open('/signup')
      const [path] = /^\/signin\/[^/]+/.exec(page.url.pathname)!
      return victim.open(`${path}/identify`)
    }

    it('keeps the cookie of a session that was renewed: it is dead', async () => {
      const { visitor } = await openConsole(server, person.email)
      const before = visitor.cookie(COOKIE)!
      await visitor.open(await silentAnswerFor(visitor))
      const holder = new Visitor(server.issuer)
      holder.setCookie(COOKIE, before)
      expect(await isSignedIn(holder)).to.equal(false)
      expect(await isSignedIn(visitor)).to.equal(true)
    })

    /** The answer that a signed-in browser gets by asking anew. */
    async function silentAnswerFor(visitor: Visitor): Promise<URL> {
      const begun = await visitor.send('GET', '/signup')
      const url = new URL(begun.headers.get('location')!)
      url.searchParams.delete('prompt')
      const answer = await visitor.send('GET', url)
      return new URL(answer.headers.get('location')!, server.issuer)
    }

    it('adds or removes MFA without step-up: asked for a proof, nothing changes, and the owner is told of what does', async () => {
      const { visitor } = await openConsole(server, person.email)
      moveClock(11 * 60_000)
      // The stolen cookies of an open browser.
      const changes: [string, Record<string, string>][] = [
        ['totp/add', { code: '000000' }],
        ['email-code/add', { send: 'yes' }],
        ['password/add', { password: 'nine yellow kites above the valley' }],
        [`password/password:${person.id}/remove`, {}],
        ['devices/forget', {}],
      ]
      const credentials = async () =>
        (await server.app.methodServices.credentials.list({ accountId: person.id }, { limit: 10 })).items
      const before = await credentials()
      for (const [path, fields] of changes) {
        const page = await visitor.post(`${SECURITY}/${path}`, fields)
        expect(page.url.pathname, path).to.match(/^\/signin\//)
        expect(page.html, path).to.include('name="password"')
      }
      await server.app.postbox.settled()
      expect(server.mailbox.to(person.email)).to.deep.equal([])
      expect(await credentials()).to.deep.equal(before)
      const { items } = await server.app.events.ofAccount(person.id, { limit: 100 })
      expect(items.filter(({ type }) => /^(factor|password)\.|^device\.forgotten/.test(type))).to.deep.equal([])
    })

    it('has the provider’s cookie of a session that was proven long ago, and the mailbox: the app is asked for as well', async () => {
      const app = await addTotp(server, (await server.app.accounts.get(person.id))!)
      const { visitor, page } = await openConsole(server, person.email)
      await visitor.submit(page, '/prove/totp', { code: app.code() })
      expect(await isSignedIn(visitor)).to.equal(true)
      moveClock(60 * 60_000)
      const remove = `${SECURITY}/totp/totp:${person.id}/remove`
      const asked = await visitor.open(remove)
      const [uid] = /^\/signin\/[^/]+/.exec(asked.url.pathname)!
      await visitor.post(`${uid}/prove/email-code/challenge`, {})
      const proven = await visitor.post(`${uid}/prove/email-code`, { code: codeIn(await server.mailTo(person.email)) })
      expect(proven.html).to.include('/prove/totp"')
      expect((await visitor.post(remove, {})).url.pathname).to.match(/^\/signin\//)

      const both = await visitor.submit(proven, '/prove/totp', { code: app.code() })
      const end = await visitor.submit(both, '/prove/password', { password: PASSWORD })
      expect(end.url.pathname).to.equal(remove)
    })

    it('keeps a copy of the console’s cookie until the victim proves themselves elsewhere: it is dead then', async () => {
      const { visitor } = await openConsole(server, person.email)
      const thief = copyOf(visitor, COOKIE)
      expect(await isSignedIn(thief)).to.equal(true)
      moveClock(60 * 60_000)
      const client = await server.register('web', { first_party: true })
      const again = await authorize(server, client, { prompt: 'login' }, visitor)
      await visitor.submit(again.page, '/prove/password', { password: PASSWORD })
      expect(await isSignedIn(thief)).to.equal(false)
      const page = await visitor.open(`${SECURITY}/totp/add`)
      expect(page.url.pathname).to.equal(`${SECURITY}/totp/add`)
      expect(await isSignedIn(thief)).to.equal(false)
    })

    it('keeps copies of the cookies while the victim sets up a second step: none of them has proven it', async () => {
      const { visitor } = await openConsole(server, person.email)
      const thieves = [copyOf(visitor, COOKIE), copyOf(visitor, 'latchkey_session', 'latchkey_session.sig')]
      const form = await visitor.open(`${SECURITY}/totp/add`)
      const added = await visitor.submit(form, '/totp/add', { code: authenticatorOn(form).code() })
      expect(added.url.pathname).to.equal(`${SECURITY}/recovery-codes/add`)
      const remove = `${SECURITY}/totp/totp:${person.id}/remove`
      for (const thief of thieves) {
        expect((await thief.open(remove)).url.pathname).to.match(/^\/signin\//)
        expect((await thief.post(remove, {})).url.pathname).to.match(/^\/signin\//)
      }
      expect((await visitor.open(remove)).url.pathname).to.equal(remove)
    })

    function copyOf(visitor: Visitor, ...names: string[]): Visitor {
      const thief = new Visitor(server.issuer)
      for (const name of names) thief.setCookie(name, visitor.cookie(name)!)
      return thief
    }

    it('reads the store: no cookie of a console is in it', async () => {
      const { visitor } = await openConsole(server, person.email)
      const text = [...(await everyDocument(server.app.store)).values()].join('\n')
      for (const name of [COOKIE, `${COOKIE}_signin`]) expect(text).to.not.include(visitor.cookie(name)!)
    })

    it('posts from another site: refused, whoever is signed in', async () => {
      const { visitor } = await openConsole(server, person.email)
      for (const path of [SECURITY, '/account', '/signup', CALLBACK])
        expect((await visitor.send('POST', path, {}, { 'sec-fetch-site': 'cross-site' })).status, path).to.equal(403)
    })
  })
})
