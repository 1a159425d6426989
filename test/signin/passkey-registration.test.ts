// Registering with a passkey and no password: it is made when the address is proven, and only then is there an account.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { enrolPassword } from '../../src/methods/password/set.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'
import { authorize, claimsIn } from '../support/endpoints.ts'
import { allow, attemptOf, codeOf, redeem, signIn, signUp } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { creationOptionsOn, usePasskey } from '../support/passkeys.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { SoftAuthenticator, type Lies } from '../support/soft-authenticator.ts'
import { Visitor, wordsOf, type Fields, type VisitedPage } from '../support/visitor.ts'

describe('registration with a passkey', () => {
  eachEngine((_, openUrl) => {
    let server: TestServer
    let client: ClientView
    let count = 0

    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web', { first_party: true })
    })
    after(() => server?.close())
    afterEach(resetClock)

    const newKey = () => new SoftAuthenticator({ origin: server.issuer })
    const accountOf = (email: string) => server.app.accounts.byIdentifier(email)

    async function register(fields: Fields = {}, email = `new-${(count += 1)}@example.com`) {
      const request = await authorize(server, client)
      const page = await signUp(request.visitor, request.page, { email, password: '', by: 'passkey', ...fields })
      return { ...request, email, page, mail: await server.mailTo(email) }
    }
    async function prove(fields: Fields = {}) {
      const { page, ...rest } = await register(fields)
      return { ...rest, page: await rest.visitor.submit(page, '/verify', { code: codeIn(rest.mail) }) }
    }
    const send = (visitor: Visitor, page: VisitedPage, key: SoftAuthenticator, lies: Lies = {}) =>
      visitor.post(`${attemptOf(page)}/secure`, { response: JSON.stringify(key.create(creationOptionsOn(page), lies)) })
    /** Makes it, and puts off what is offered to fall back on. */
    async function make(visitor: Visitor, page: VisitedPage, key: SoftAuthenticator): Promise<VisitedPage> {
      const offered = await send(visitor, page, key)
      expect(wordsOf(offered)).to.include('Keep your recovery codes')
      return visitor.submit(offered, '/skip')
    }

    it('makes the account with it, signs it in, and lets it sign in by it', async () => {
      const { visitor, page, email, codeVerifier } = await prove({ name: 'Ann Lee', username: 'ann' })
      expect(wordsOf(page)).to.include('Make your passkey')
      expect(await accountOf(email)).to.equal(undefined)
      const key = newKey()
      const end = await make(visitor, page, key)
      const account = (await accountOf(email))!
      expect(account).to.include({ username: 'ann', emailVerified: true })
      const { body } = await redeem(server, client, codeOf(end), codeVerifier)
      expect(claimsIn(body.id_token)).to.include({ sub: account.id, acr: 'phr' })

      const again = await authorize(server, client)
      const signedIn = await usePasskey(again.visitor, again.page, key)
      const { body: tokens } = await redeem(server, client, codeOf(signedIn), again.codeVerifier)
      expect(claimsIn(tokens.id_token).sub).to.equal(account.id)
    })

    it('offers recovery codes, which are there at the next sign-in that needs a second step', async () => {
      const { visitor, page, email } = await prove()
      const offered = await send(visitor, page, newKey())
      expect(offered.html).to.include('/skip"')
      const [code] = /(?<=<li><code>)[^<]+/.exec(offered.html)!
      codeOf(await visitor.submit(offered, '/enrol/recovery-codes', { saved: 'yes' }))

      // The device is lost; a new password was set by mail.
      const account = (await accountOf(email))!
      await enrolPassword(server.app.methodServices, account.id, PASSWORD)
      const acr = 'urn:latchkey:acr:2'
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value: acr } } })
      const again = await authorize(server, client, { claims })
      const asked = await signIn(again.visitor, again.page, email)
      const uid = attemptOf(asked)
      const end = await again.visitor.post(`${uid}/prove/recovery-codes`, { code })
      const { body } = await redeem(server, client, codeOf(end), again.codeVerifier)
      expect(claimsIn(body.id_token)).to.include({ sub: account.id, acr })
    })

    it('can be finished by a password after all, which follows the rules', async () => {
      const { visitor, page, email } = await prove()
      const refused = await visitor.submit(page, '/secure', { password: 'short' })
      expect(refused.status).to.equal(400)
      expect(wordsOf(refused)).to.include('Use at least 15 characters')
      codeOf(await visitor.submit(refused, '/secure', { password: PASSWORD }))
      expect(await accountOf(email)).to.not.equal(undefined)
    })

    const lies: Record<string, Lies> = {
      'made elsewhere': { origin: 'https://evil.example' },
      'that did not check its owner': { userVerified: false },
      'for another challenge': { challenge: 'AAAA' },
    }
    for (const [what, lie] of Object.entries(lies))
      it(`takes none ${what}, and the next right one`, async () => {
        const { visitor, page, email } = await prove()
        const refused = await send(visitor, page, newKey(), lie)
        expect(refused.status).to.equal(400)
        expect(await accountOf(email)).to.equal(undefined)
        codeOf(await make(visitor, refused, newKey()))
        expect(await accountOf(email)).to.not.equal(undefined)
      })

    it('is left alone for more than five minutes: the page has another challenge', async () => {
      const { visitor, page } = await prove()
      moveClock(5 * 60_000 + 1000)
      const late = await send(visitor, page, newKey())
      expect(late.status).to.equal(400)
      expect(wordsOf(late)).to.include('took too long')
      codeOf(await make(visitor, late, newKey()))
    })

    it('is one account with one passkey, however often it is sent at once', async () => {
      const { visitor, page, email } = await prove()
      const keys = Array.from({ length: 10 }, newKey)
      await Promise.all(
        keys.map(key => {
          const response = JSON.stringify(key.create(creationOptionsOn(page)))
          return visitor.send('POST', `${attemptOf(page)}/secure`, { response })
        }),
      )
      const account = (await accountOf(email))!
      const own = await server.app.methodServices.credentials.list({ accountId: account.id }, { limit: 50 })
      expect(own.items.map(({ method }) => method)).to.deep.equal(['passkey'])
    })

    it('is not offered, nor taken, where policy lets no passkey count', async () => {
      const app = await server.register('web')
      const only = { allowedMethods: ['password'] }
      await server.app.policies.set({ kind: 'client', name: app.client_id }, only, 'test')
      const { visitor, page } = await authorize(server, app)
      expect((await visitor.open(`${attemptOf(page)}/signup`)).html).to.not.include('passkey')
      const refused = await signUp(visitor, page, { email: 'new@example.com', password: '', by: 'passkey' })
      expect(wordsOf(refused)).to.include('Use at least 15 characters')
    })

    it('cannot be done before the address is proven', async () => {
      const { visitor, page, email } = await register()
      const { page: other } = await prove()
      const response = JSON.stringify(newKey().create(creationOptionsOn(other)))
      for (const fields of [{ response }, { password: PASSWORD }] as Fields[]) {
        const refused = await visitor.post(`${attemptOf(page)}/secure`, fields)
        expect(refused.status).to.equal(409)
      }
      expect(await accountOf(email)).to.equal(undefined)
    })

    it('is not confirmed by its link in another browser: a stranger may have begun it', async () => {
      const { mail, email, visitor, page } = await register()
      const owner = new Visitor(server.issuer)
      const opened = await owner.open(linkIn(mail))
      expect(opened.status).to.equal(403)
      expect(wordsOf(opened)).to.include('Confirm this where you began')
      expect((await owner.post(linkIn(mail), {})).status).to.equal(403)
      expect(wordsOf(await visitor.open(attemptOf(page)))).to.include('Check your mail')
      expect(await accountOf(email)).to.equal(undefined)
      // Where it began, the same link does.
      const own = await visitor.open(linkIn(mail))
      expect(wordsOf(await visitor.submit(own, new URL(linkIn(mail)).pathname, {}))).to.include('Make your passkey')
    })

    it('of an address that is taken is answered as of one that is not', async () => {
      const { email } = await server.person()
      const taken = await register({}, email)
      expect(taken.page.status).to.equal(200)
      expect(wordsOf(taken.page)).to.include('Check your mail')
      expect(taken.mail.text).to.include('already')
    })

    it('of a username that was taken meanwhile keeps the passkey, and asks for another name', async () => {
      const { visitor, page, email } = await prove({ username: 'wanted' })
      await server.person({ username: 'wanted' })
      const key = newKey()
      const asked = await send(visitor, page, key)
      expect(wordsOf(asked)).to.include('Choose a username')
      const offered = await visitor.submit(asked, '/username', { username: '' })
      codeOf(await allow(visitor, await visitor.submit(offered, '/skip')))
      expect((await accountOf(email))!.username).to.equal(undefined)
      const again = await authorize(server, client)
      codeOf(await usePasskey(again.visitor, again.page, key))
    })
  })
})
