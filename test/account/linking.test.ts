// Linking a sign-in from elsewhere at the Security page, with a second Latchkey and with an issuer that answers at once.
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { credentialsOf } from '../../src/core/credentials.ts'
import { openConsole, SECURITY } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize, claimsIn } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { allow, codeOf, redeem, signIn } from '../support/flow.ts'
import { startLyingIssuer, type LyingIssuer } from '../support/lying-issuer.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { leave, pass, through, withUpstreams } from '../support/upstreams.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const MINUTE = 60_000

describe('linking a sign-in from elsewhere', () => {
  eachEngine((_, openUrl) => {
    let other: TestServer
    let issuer: LyingIssuer
    let server: TestServer
    let person: { id: string; email: string }
    let visitor: Visitor

    before(async () => {
      other = await startServer()
      issuer = await startLyingIssuer()
      const app = await other.register('web', { first_party: true })
      const quick = { kind: 'oidc', clientId: 'us', clientSecret: 'theirs', trustEmail: true }
      server = await startServer({
        store: await openUrl(),
        env: withUpstreams([
          {
            ...quick,
            id: 'other',
            name: 'Elsewhere',
            issuer: other.issuer,
            clientId: app.client_id,
            clientSecret: app.client_secret,
          },
          { ...quick, id: 'quick', name: 'Quick', issuer: issuer.issuer },
          { ...quick, id: 'second', name: 'Second', issuer: issuer.issuer },
          { ...quick, id: 'down', name: 'Down', issuer: 'http://127.0.0.1:9' },
        ]),
      })
      await other.app.clients.update(app.client_id, { redirect_uris: [`${server.issuer}/upstream/other/callback`] })
    })
    beforeEach(async () => {
      person = await server.person()
      visitor = (await openConsole(server, person.email)).visitor
      const sub = randomBytes(6).toString('hex')
      Object.assign(issuer, { lie: undefined, answers: {}, says: { sub } })
    })
    afterEach(resetClock)
    after(async () => {
      await server?.close()
      await issuer?.close()
      await other?.close()
    })

    const linkUrl = (id: string) => `${SECURITY}/upstream-${id}/link`
    /** From the Security page to the upstream. */
    async function setOut(id: string, by = visitor): Promise<URL> {
      return (await by.submit(await by.open(linkUrl(id)), '/link')).url
    }
    const linked = async (accountId = person.id) =>
      (await credentialsOf(server.app.methodServices.credentials, accountId)).filter(
        ({ method }) => method !== 'password',
      )
    const entries = async () =>
      (await server.app.events.ofAccount(person.id, { limit: 100 })).items.filter(
        ({ type }) => type === 'factor.enrolled',
      )

    it('lets the owner in from there afterwards, whatever address they have there, with its entry and its mail', async () => {
      const { email } = await other.person()
      expect((await visitor.open(SECURITY)).html).to.include(`href="${linkUrl('other')}"`)
      const there = new Visitor(other.issuer)
      const arrived = await there.open(await setOut('other'))
      const back = await allow(there, await signIn(there, arrived, email))
      const page = await visitor.open(back.url)
      expect(page.url.pathname + page.url.search).to.equal(`${SECURITY}?done=linked`)
      expect(wordsOf(page)).to.include('Linked: you can sign in with it').and.to.include(email)
      expect(page.html).to.not.include(`href="${linkUrl('other')}"`)
      const [entry] = await entries()
      expect(entry).to.deep.include({ outcome: 'success' })
      expect(entry!.details).to.include({ method: 'upstream-other' })
      expect((await server.mailTo(person.email)).text).to.include('Elsewhere was set up')

      const client = await server.register('web', { first_party: true })
      const begun = await authorize(server, client)
      const again = await there.open(await leave(begun.visitor, begun.page, 'other'))
      const end = await begun.visitor.open(again.url)
      const { body } = await redeem(server, client, codeOf(end), begun.codeVerifier)
      expect(claimsIn(body.id_token)).to.deep.include({ sub: person.id, amr: ['fed'] })

      const removeUrl = new RegExp(`href="(${SECURITY}/upstream-other/[^"]+/remove)"`).exec(page.html)![1]!
      expect(wordsOf(await visitor.submit(await visitor.open(removeUrl), '/remove'))).to.include('Removed.')
      expect(await linked()).to.deep.equal([])
    })

    it('takes a fresh proof, also when the form lay open for long', async () => {
      const form = await visitor.open(linkUrl('quick'))
      moveClock(11 * MINUTE)
      for (const asked of [await visitor.open(linkUrl('quick')), await visitor.submit(form, '/link')]) {
        expect(asked.html).to.include('/prove/password"')
        const back = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
        expect(back.url.pathname).to.equal(linkUrl('quick'))
        moveClock(11 * MINUTE)
      }
      expect(issuer.asked).to.deep.equal([])
    })

    it('asks with PKCE, a nonce and a state that names no session', async () => {
      const url = await setOut('quick')
      expect(url.origin).to.equal(issuer.issuer)
      expect(Object.fromEntries(url.searchParams)).to.include({ code_challenge_method: 'S256', response_type: 'code' })
      expect(url.searchParams.get('nonce')).to.match(/^[\w-]{43}$/)
      expect(url.searchParams.get('state')).to.match(/^account\.[\w-]{43}$/)
    })

    it('refuses an identity that is another account’s, and says nothing of whose', async () => {
      const owner = await server.person()
      const theirs = (await openConsole(server, owner.email)).visitor
      await theirs.open(await pass(await setOut('quick', theirs)))
      const refused = await visitor.open(await pass(await setOut('quick')))
      expect(refused.status).to.equal(409)
      expect(wordsOf(refused)).to.include('signs in to another account here')
      expect(refused.html).to.not.include(owner.email)
      // Nor through another upstream with the same issuer.
      expect((await visitor.open(await pass(await setOut('second')))).status).to.equal(409)
      expect(await linked()).to.deep.equal([])
      expect(await linked(owner.id)).to.have.length(1)
      expect(await entries()).to.deep.equal([])
    })

    it('takes an answer once, of many at once and after them', async () => {
      const back = await pass(await setOut('quick'))
      const pages = await Promise.all(Array.from({ length: 20 }, () => visitor.open(back)))
      expect(pages.filter(({ status }) => status === 200)).to.have.length(1)
      expect((await visitor.open(back)).status).to.equal(400)
      expect(await linked()).to.have.length(1)
      expect(await entries()).to.have.length(1)
    })

    it('takes no answer to what another session began, nor to a sign-in, nor the other way round', async () => {
      const stranger = await server.person()
      const theirs = (await openConsole(server, stranger.email)).visitor
      const slipped = await pass(await setOut('quick', theirs))
      // Also while a round trip of their own is under way.
      await setOut('quick')
      for (const by of [visitor, (await openConsole(server, stranger.email)).visitor])
        expect((await by.open(slipped)).status).to.equal(400)

      const client = await server.register('web', { first_party: true })
      const { visitor: elsewhere, page } = await authorize(server, client)
      const answer = await pass(await leave(elsewhere, page, 'quick'))
      const secret = answer.searchParams.get('state')!.split('.')[1]
      answer.searchParams.set('state', `account.${secret}`)
      expect((await visitor.open(answer)).status).to.equal(400)

      const own = await pass(await setOut('quick'))
      const uid = page.url.pathname.split('/')[2]
      own.searchParams.set('state', `${uid}.${own.searchParams.get('state')!.split('.')[1]}`)
      expect((await elsewhere.open(own)).status).to.equal(400)
      expect([...(await linked()), ...(await linked(stranger.id))]).to.deep.equal([])
    })

    it('links nothing for who is signed out, or another, by the time they are back', async () => {
      const back = await pass(await setOut('quick'))
      const nobody = await new Visitor(server.issuer).open(back)
      expect(nobody.status).to.equal(403)
      expect(wordsOf(nobody)).to.include('nothing was linked')
      const stranger = await server.person()
      const theirs = (await openConsole(server, stranger.email)).visitor
      expect((await theirs.open(back)).status).to.equal(400)
      expect([...(await linked()), ...(await linked(stranger.id))]).to.deep.equal([])
    })

    const lies: [string, Partial<Pick<LyingIssuer, 'lie' | 'answers'>>, RegExp][] = [
      ['lies', { lie: 'other key' }, /could not be accepted/],
      ['is mixed up with another', { answers: { iss: 'https://accounts.google.com' } }, /could not be accepted/],
      ['was told no', { answers: { error: 'access_denied' } }, /You did not sign in with Quick/],
      ['refuses', { answers: { error: 'server_error' } }, /refused/],
    ]
    for (const [what, lie, words] of lies) {
      it(`says what can be done when an upstream ${what}, and links nothing`, async () => {
        Object.assign(issuer, lie)
        const page = await visitor.open(await pass(await setOut('quick')))
        expect(page.status).to.be.within(400, 502)
        expect(wordsOf(page)).to.match(words)
        expect(await linked()).to.deep.equal([])
        // The way is open for another try.
        Object.assign(issuer, { lie: undefined, answers: {} })
        const { url } = await visitor.submit(page, '/link')
        expect((await visitor.open(await pass(url))).url.search).to.equal('?done=linked')
      })
    }

    it('says so when an upstream is down, and offers no link to what is none', async () => {
      const page = await visitor.submit(await visitor.open(linkUrl('down')), '/link')
      expect(page.status).to.equal(502)
      expect(wordsOf(page)).to.include('Down does not answer at the moment')
      for (const path of [`${SECURITY}/totp/link`, `${SECURITY}/upstream-none/link`])
        expect((await visitor.open(path)).status).to.equal(404)
    })

    it('does not stand in the way of signing in there for the first time', async () => {
      const email = `${randomBytes(6).toString('hex')}@example.com`
      Object.assign(issuer.says, { email, email_verified: true })
      const client = await server.register('web', { first_party: true })
      const begun = await authorize(server, client)
      codeOf(await through(begun.visitor, begun.page, 'quick'))
      expect((await visitor.open(await pass(await setOut('quick')))).status).to.equal(409)
    })
  })
})
