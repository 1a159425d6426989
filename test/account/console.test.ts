// The account console as a relying party of our own provider.
import { expect } from 'chai'
import { SECURITY, isSignedIn, openConsole } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { signIn, signInForTokens, signUp } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const MINUTE = 60_000

describe('the account console', () => {
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

    /** The provider's session behind the newest sign-in of the person. */
    async function sessionOf(accountId: string): Promise<string> {
      const { items } = await server.app.signIns.ofAccount(accountId, { limit: 10, order: 'desc' })
      return items[0]!.id
    }

    it('names the service, and not its host, where a sign-in to it is done already', async () => {
      const visitor = new Visitor(server.issuer)
      const asked = await visitor.open(SECURITY)
      const cookie = visitor.cookie('latchkey_signin')!
      await signIn(visitor, asked, person.email)
      visitor.setCookie('latchkey_signin', cookie, asked.url.pathname.split('/').slice(0, 3).join('/'))
      const done = await visitor.open(asked.url)
      expect(done.status).to.equal(410)
      expect(wordsOf(done)).to.include('Return to Latchkey').and.not.include(new URL(server.issuer).host)
    })

    it('sends a stranger to sign in, with no app named and nothing to agree to, and back to where they were going', async () => {
      const visitor = new Visitor(server.issuer)
      const asked = await visitor.open(`${SECURITY}?from=mail`)
      expect(asked.url.pathname).to.match(/^\/signin\//)
      expect(wordsOf(asked)).to.include('Sign in Use your Latchkey account.').and.to.not.include('latchkey-account')
      const page = await signIn(visitor, asked, person.email)
      expect(page.url.pathname + page.url.search).to.equal(`${SECURITY}?from=mail`)
      expect(wordsOf(page)).to.include(person.email)
      expect(page.headers.get('cache-control')).to.equal('no-store')
      expect(page.headers.get('content-security-policy')).to.include("default-src 'none'")
      expect((await visitor.open('/account')).url.pathname).to.equal(SECURITY)
    })

    it('lets in whoever is signed in already, without asking', async () => {
      const client = await server.register('web')
      const { visitor } = await signInForTokens(server, client, person.email)
      expect(wordsOf(await visitor.open('/account'))).to.include(person.email)
    })

    it('takes several tabs at once, each back to its own page', async () => {
      const visitor = new Visitor(server.issuer)
      const tabs = [await visitor.open(`${SECURITY}?tab=1`), await visitor.open(`${SECURITY}?tab=2`)]
      const second = await signIn(visitor, tabs[1]!, person.email)
      expect(second.url.search).to.equal('?tab=2')
      const first = await signIn(visitor, tabs[0]!, person.email)
      expect(first.url.search).to.equal('?tab=1')
      expect(await isSignedIn(visitor)).to.equal(true)
    })

    it('is where somebody registers who comes from no app', async () => {
      const visitor = new Visitor(server.issuer)
      const email = `new.${person.email}`
      const form = await visitor.open('/signup')
      expect(wordsOf(form)).to.include('Create your account One Latchkey account for all your apps.')
      const asked = await signUp(visitor, form, { email })
      const page = await visitor.submit(asked, '/verify', { code: codeIn(await server.mailTo(email)) })
      expect(page.url.pathname).to.equal(SECURITY)
      expect(wordsOf(page)).to.include(email)
    })

    it('ends at once with the provider’s session, from wherever that was ended', async () => {
      const { visitor } = await openConsole(server, person.email)
      await server.app.sessions.end(await sessionOf(person.id), 'revoked')
      expect(await isSignedIn(visitor)).to.equal(false)
    })

    it('ends at once with “sign out everywhere” in another browser, and when the account is switched off', async () => {
      const one = await openConsole(server, person.email)
      await server.app.sessions.endEverywhere(person.id, 'signed_out')
      expect(await isSignedIn(one.visitor)).to.equal(false)
      moveClock(2000)
      const other = await openConsole(server, person.email)
      expect(await isSignedIn(other.visitor)).to.equal(true)
      await server.app.accounts.setStatus(person.id, 'deactivated')
      expect(await isSignedIn(other.visitor)).to.equal(false)
      await server.app.accounts.setStatus(person.id, 'active')
      expect(await isSignedIn(other.visitor)).to.equal(false)
    })

    it('ends when its own session was not used for long, and when it has lasted long', async () => {
      const { sessionIdleTtl, sessionMaxTtl } = server.app.methodServices.config
      const { visitor } = await openConsole(server, person.email)
      moveClock(sessionIdleTtl * 1000 - MINUTE)
      // The session of the provider is used too, by an app.
      const client = await server.register('web', { first_party: true })
      const use = () => authorize(server, client, {}, visitor)
      await use()
      expect(await isSignedIn(visitor)).to.equal(true)
      moveClock(sessionIdleTtl * 1000 + MINUTE)
      expect(await isSignedIn(visitor)).to.equal(false)
      resetClock()

      const { visitor: busy } = await openConsole(server, person.email)
      for (let spent = 0; spent < sessionMaxTtl; spent += sessionIdleTtl / 2) {
        expect(await isSignedIn(busy)).to.equal(true)
        await authorize(server, client, {}, busy)
        moveClock((sessionIdleTtl / 2) * 1000)
      }
      expect(await isSignedIn(busy)).to.equal(false)
    })

    it('asks for the acr that policy requires of it', async () => {
      const { visitor } = await openConsole(server, person.email)
      const scope = { kind: 'client', name: 'latchkey-account' } as const
      await server.app.policies.set(scope, { requiredAcr: 'phr' }, 'test')
      try {
        expect(await isSignedIn(visitor)).to.equal(false)
        const page = await visitor.open('/account')
        expect(page.url.pathname).to.equal('/account/callback')
        expect(wordsOf(page)).to.include('You are not signed in')
      } finally {
        await server.app.policies.set(scope, {}, 'test')
      }
      expect(await isSignedIn(visitor)).to.equal(true)
    })

    it('signs out through the provider’s own page, and is signed out', async () => {
      const { visitor, page } = await openConsole(server, person.email)
      const [, href = ''] = /href="([^"]*)">Sign out/.exec(page.html)!
      const asked = await visitor.open(href)
      expect(wordsOf(asked)).to.include('Sign out?').and.to.not.include('asks to sign you out')
      expect(asked.html).to.match(/<a [^>]*href="[^"]*\/account">Stay signed in/)
      const end = await visitor.submit(asked, '/logout/confirm', { logout: 'yes' })
      expect(wordsOf(end)).to.include('You are signed out')
      expect(await isSignedIn(visitor)).to.equal(false)
      expect((await visitor.open('/account')).url.pathname).to.match(/^\/signin\//)
    })

    it('says so when somebody cancels, and leads on', async () => {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.submit(await visitor.open('/account'), '/cancel')
      expect(page.status).to.equal(400)
      expect(wordsOf(page)).to.include('You are not signed in You cancelled, so nothing was changed. Sign in')
      expect(page.html).to.include('href="/account"')
    })

    it('has its own page for what is not there, and one spelling of each address', async () => {
      const { visitor } = await openConsole(server, person.email)
      for (const path of ['/account/nothing', '/account/', '/ACCOUNT', '/Account/security', '/account/security/'])
        expect((await visitor.open(path)).status, path).to.equal(404)
    })
  })

  it('is a client that nobody registered, and that no command changes', async () => {
    const server = await startServer()
    try {
      const { clients } = server.app
      const refused = async (work: Promise<unknown>) =>
        work.then(
          () => 'done',
          (error: { code?: string }) => error.code,
        )
      const uris = { redirect_uris: ['https://evil.example/callback'] }
      expect(await refused(clients.create('web', { client_id: 'latchkey-account', ...uris }))).to.equal(
        'client.built_in',
      )
      expect(await refused(clients.update('latchkey-account', uris))).to.equal('client.built_in')
      expect(await refused(clients.rotateSecret('latchkey-account'))).to.equal('client.built_in')
      expect(await refused(clients.remove('latchkey-account'))).to.equal('client.built_in')
      expect((await clients.list({ limit: 10 })).items).to.deep.equal([])
      const { email } = await server.person()
      expect((await openConsole(server, email)).page.status).to.equal(200)
    } finally {
      await server.close()
    }
  })
})
