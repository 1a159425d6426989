// The lines of attacks.md about signing in from elsewhere: an upstream that lies, and an answer that is somebody else's.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, claimsIn } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { codeOf, redeem, signIn } from '../support/flow.ts'
import { startLyingIssuer, type LyingIssuer } from '../support/lying-issuer.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { leave, pass, through, withUpstreams } from '../support/upstreams.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

eachEngine((_, openUrl) => {
  describe('signing in from elsewhere, attacked', () => {
    let issuer: LyingIssuer
    let elsewhere: LyingIssuer
    let server: TestServer
    let client: ClientView
    before(async () => {
      issuer = await startLyingIssuer()
      elsewhere = await startLyingIssuer()
      const shared = { kind: 'oidc', clientId: 'us', clientSecret: 'theirs', trustEmail: true }
      server = await startServer({
        store: await openUrl(),
        env: withUpstreams([
          { ...shared, id: 'liar', name: 'Liar', issuer: issuer.issuer },
          { ...shared, id: 'second', name: 'Second', issuer: issuer.issuer },
          { ...shared, id: 'doubted', name: 'Doubted', issuer: issuer.issuer, trustEmail: false },
          { ...shared, id: 'elsewhere', name: 'Elsewhere', issuer: elsewhere.issuer },
          { ...shared, id: 'apple', name: 'Apple', issuer: issuer.issuer },
          { ...shared, id: 'troubled', name: 'Troubled', issuer: issuer.issuer },
          { ...shared, id: 'down', name: 'Down', issuer: 'http://127.0.0.1:9' },
          { ...shared, id: 'inside', name: 'Inside', issuer: 'http://169.254.169.254' },
        ]),
      })
      client = await server.register('web', { first_party: true })
    })
    beforeEach(() => {
      const sub = randomBytes(6).toString('hex')
      Object.assign(issuer, {
        lie: undefined,
        trouble: undefined,
        answers: {},
        tells: {},
        says: { sub, email: `${sub}@example.com`, email_verified: true },
      })
    })
    afterEach(resetClock)
    after(async () => {
      await server?.close()
      await issuer?.close()
      await elsewhere?.close()
    })

    it('is what it should be, without a lie', async () => {
      const { visitor, page } = await authorize(server, client)
      codeOf(await through(visitor, page, 'liar'))
      const asked = issuer.asked.at(-1)!
      expect(Object.fromEntries(asked)).to.include({
        response_type: 'code',
        code_challenge_method: 'S256',
        redirect_uri: `${server.issuer}/upstream/liar/callback`,
      })
      expect(issuer.redeemed.at(-1)!.get('code_verifier')).to.have.length.of.at.least(43)
    })

    const past = Math.floor(Date.now() / 1000) - 3600
    const lies: [string, Partial<Pick<LyingIssuer, 'lie' | 'says' | 'answers'>>][] = [
      ['an ID token without a signature', { lie: 'unsigned' }],
      ['an ID token by another key', { lie: 'other key' }],
      ['an ID token by the secret that we share', { lie: 'shared secret' }],
      ['an ID token by its public key, taken for a secret', { lie: 'public key as secret' }],
      ['upstream ID token without nonce -> reject', { lie: 'no nonce' }],
      ['an ID token with null for a nonce', { says: { sub: 'a', nonce: null } }],
      ['an ID token with an empty nonce', { says: { sub: 'a', nonce: '' } }],
      ['no ID token', { lie: 'no id_token' }],
      ['our secret refused', { lie: 'error' }],
      ['a redirect of our call', { lie: 'redirect' }],
      ['another nonce', { says: { sub: 'a', nonce: 'another' } }],
      ['another issuer in the token', { says: { sub: 'a', iss: 'https://accounts.google.com' } }],
      ['another audience', { says: { sub: 'a', aud: 'somebody else' } }],
      ['another audience beside us, for which it is', { says: { sub: 'a', aud: ['us', 'other'], azp: 'other' } }],
      ['a token that has expired', { says: { sub: 'a', iat: past, exp: past + 60 } }],
      ['no sub', { says: {} }],
      ['upstream ID token with null sub -> reject', { says: { sub: null } }],
      ['true for a sub', { says: { sub: true } }],
      ['a list for a sub', { says: { sub: ['a'] } }],
      ['an object for a sub', { says: { sub: { $ne: '' } } }],
      ['a sub longer than any', { says: { sub: 'a'.repeat(256) } }],
      ['an empty sub', { says: { sub: '' } }],
      ['a number for a sub', { says: { sub: 7 } }],
      ['another issuer beside the code (mix-up)', { answers: { iss: 'https://accounts.google.com' } }],
    ]
    for (const [what, lie] of lies) {
      it(`${what}: refused, in words, with the other ways at hand`, async () => {
        Object.assign(issuer, lie)
        const { visitor, page } = await authorize(server, client)
        const end = await through(visitor, page, 'liar')
        expect(end.status).to.be.within(400, 502)
        expect(wordsOf(end)).to.match(/could not be accepted|does not answer/)
        const { email } = await server.person()
        codeOf(await signIn(visitor, end, email))
      })
    }

    it('an upstream that is down, or in a private network, leaves the page and the others working', async () => {
      for (const id of ['down', 'inside']) {
        const { visitor, page } = await authorize(server, client)
        const end = await visitor.submit(page, `/prove/upstream-${id}/challenge`)
        expect(wordsOf(end)).to.include('does not answer at the moment')
        codeOf(await through(visitor, end, 'liar'))
      }
    })

    const everywhere = ['/.well-known/openid-configuration', '/jwks', '/token', '/userinfo']
    const troubles = [
      ['more than is read', 'flood', 'more than we read', everywhere],
      ['a page', 'nonsense', 'could not be accepted', everywhere],
      ['of another', 'lie', 'could not be accepted', everywhere],
      ['its own fault', 'fault', 'does not answer at the moment', everywhere],
      // It takes as long as we wait.
      ['without an end', 'drip', 'does not answer at the moment', ['/userinfo']],
    ] as const
    let later = 0
    for (const [what, trouble, words, places] of troubles) {
      for (const at of places) {
        it(`an answer of ${at}, ${what}: refused, in words, with the other ways at hand`, async () => {
          // What was looked up before is known for an hour.
          moveClock((later += 2 * 60 * 60 * 1000))
          delete issuer.says.email
          issuer.trouble = { at, with: trouble }
          const { visitor, page } = await authorize(server, client)
          const left = await visitor.submit(page, '/prove/upstream-troubled/challenge')
          const end = left.url.origin === issuer.issuer ? await visitor.open(await pass(left.url)) : left
          expect(end.status).to.equal(502)
          expect(wordsOf(end)).to.match(new RegExp(`Troubled (answered )?${words}`))
          const { email } = await server.person()
          codeOf(await signIn(visitor, end, email))
        }).timeout(20_000)
      }
    }

    it('one that never answers is given up on', async () => {
      const { visitor, page } = await authorize(server, client)
      issuer.lie = 'silence'
      expect(wordsOf(await through(visitor, page, 'liar'))).to.include('does not answer at the moment')
    }).timeout(20_000)

    it('an answer is taken once, and not after its time', async () => {
      const { visitor, page } = await authorize(server, client)
      const back = await pass(await leave(visitor, page, 'liar'))
      issuer.lie = 'error'
      expect(wordsOf(await visitor.open(back))).to.include('could not be accepted')
      issuer.lie = undefined
      expect(wordsOf(await visitor.open(back))).to.include('was used already')
      const again = await authorize(server, client)
      const late = await pass(await leave(again.visitor, again.page, 'liar'))
      moveClock(1801_000)
      expect(wordsOf(await again.visitor.open(late))).to.include('took too long')
    })

    it("the answer to an attacker's sign-in signs nobody in whom it is slipped to", async () => {
      const attacker = await authorize(server, client)
      const back = await pass(await leave(attacker.visitor, attacker.page, 'liar'))
      // By the link alone, in a browser where nothing began.
      const stranger = new Visitor(server.issuer)
      expect((await stranger.open(back)).status).to.equal(400)
      // In a browser in the middle of the same sign-in.
      const victim = await authorize(server, client)
      await leave(victim.visitor, victim.page, 'liar')
      expect((await victim.visitor.open(back)).status).to.equal(400)
      // With the victim's attempt written into it.
      const uid = victim.page.url.pathname.split('/')[2]
      const secret = back.searchParams.get('state')!.split('.')[1]
      back.searchParams.set('state', `${uid}.${secret}`)
      const end = await victim.visitor.open(back)
      expect(wordsOf(end)).to.include('Nothing happened')
      // Which was not ended by it.
      codeOf(await through(victim.visitor, end, 'liar'))
    })

    it('the answer of one upstream is none to another', async () => {
      const { visitor, page } = await authorize(server, client)
      const back = await pass(await leave(visitor, page, 'liar'))
      back.pathname = '/upstream/second/callback'
      expect(wordsOf(await visitor.open(back))).to.include('Nothing happened')
    })

    it('a state by itself is worth nothing, and leads to no other address', async () => {
      const { visitor, page } = await authorize(server, client)
      const back = await pass(await leave(visitor, page, 'liar'))
      back.searchParams.delete('code')
      expect((await visitor.open(back)).status).to.be.within(400, 502)
      for (const state of ['', 'x', '../../evil.x', `//evil.example.${'a'.repeat(43)}`, `a/b.${'a'.repeat(43)}`]) {
        const query = new URLSearchParams({ state, code: 'x' })
        const answer = await visitor.send('GET', `/upstream/liar/callback?${query}`)
        expect(answer.status, state).to.equal(400)
      }
      expect((await visitor.send('GET', `/upstream/none/callback?state=a.${'a'.repeat(43)}`)).status).to.equal(400)
    })

    it('an answer that another site posts (form_post) goes on by GET, and only at that address', async () => {
      const { visitor, page } = await authorize(server, client)
      const back = await pass(await leave(visitor, page, 'apple'))
      const foreign = { origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site' }
      const fields = { ...Object.fromEntries(back.searchParams), user: '{"name":"Rosa"}' }
      // Apple's page posts without our cookies.
      const posted = await new Visitor(server.issuer).send('POST', back.pathname, fields, foreign)
      expect(posted.status).to.equal(303)
      const location = posted.headers.get('location')!
      expect(location).to.not.include('user')
      codeOf(await visitor.open(location))
      const own = await visitor.send('POST', `${page.url.pathname}/prove/upstream-apple/challenge`, {}, foreign)
      expect(own.status).to.equal(403)
    })

    const methodsOf = async (accountId: string) =>
      (await server.app.methodServices.credentials.list({ accountId }, { limit: 10 })).items.map(({ method }) => method)

    describe('unverified social email -> never auto-link [CVE-2024-21632]', () => {
      const unverified: Record<string, unknown> = {
        'says that it is not verified': false,
        'says nothing of it': undefined,
        'says so in another word': 'yes',
        'says 1': 1,
        'says it in a list': [true],
      }
      for (const [what, email_verified] of Object.entries(unverified))
        it(`${what}: no account is found by it, and the mailbox decides`, () =>
          expectNoLink('liar', { email_verified }))

      it('whose word we do not take says that it is verified: the same', () =>
        expectNoLink('doubted', { email_verified: true }))

      it('in another spelling: the same', () =>
        expectNoLink('liar', { email_verified: false }, email => email.toUpperCase().replace('@', '＠')))

      it('told by userinfo as not verified, beside an ID token that says so of no address: the same', async () => {
        const { email } = await server.person()
        issuer.says = { sub: issuer.says.sub, email_verified: true }
        issuer.tells = { email, email_verified: false }
        const { visitor, page } = await authorize(server, client)
        expect(wordsOf(await through(visitor, page, 'liar'))).to.include('Check your mail')
      })

      async function expectNoLink(id: string, says: object, spelt = (email: string) => email): Promise<void> {
        const victim = await server.person()
        Object.assign(issuer.says, says, { email: spelt(victim.email) })
        const { visitor, page } = await authorize(server, client)
        const end = await through(visitor, page, id)
        expect(wordsOf(end)).to.include('Check your mail')
        expect((await server.mailTo(victim.email)).text).to.not.match(/\b\d{6}\b/)
        expect(await methodsOf(victim.id)).to.deep.equal(['password'])
        const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
        expect(answerOf(silent).error).to.equal('login_required')
      }

      it('verified, and trusted: still no link before the owner of the account has signed in to it', async () => {
        const victim = await server.person()
        issuer.says.email = victim.email
        const { visitor, page } = await authorize(server, client)
        const asked = await through(visitor, page, 'liar')
        expect(asked.html).to.include('name="password"')
        expect(await methodsOf(victim.id)).to.deep.equal(['password'])
        const again = await authorize(server, client)
        expect((await through(again.visitor, again.page, 'liar')).html).to.include('name="password"')
      })
    })

    describe('key on iss+sub', () => {
      async function whoIs(id: string): Promise<string> {
        const { visitor, page, codeVerifier } = await authorize(server, client)
        const { body } = await redeem(server, client, codeOf(await through(visitor, page, id)), codeVerifier)
        return claimsIn(body.id_token).sub as string
      }

      it('the sub of another issuer’s: another person', async () => {
        const sub = 'one-and-the-same'
        issuer.says = { sub, email: 'at-the-first@example.com', email_verified: true }
        elsewhere.says = { sub, email: 'at-the-other@example.com', email_verified: true }
        expect(await whoIs('liar')).to.not.equal(await whoIs('elsewhere'))
      })

      it('a sub in capitals, or with a space: another person', async () => {
        const people = new Set<string>()
        for (const sub of ['abc', 'ABC', ' abc', 'abc\u0000']) {
          issuer.says = { sub, email: `person-${people.size}@example.com`, email_verified: true }
          people.add(await whoIs('liar'))
        }
        expect(people.size).to.equal(4)
      })

      it('with the address of somebody else from now on: the same person as before, at the address of before', async () => {
        const first = await whoIs('liar')
        const own = issuer.says.email
        const victim = await server.person()
        issuer.says.email = victim.email
        expect(await whoIs('liar')).to.equal(first)
        expect((await server.app.accounts.get(first))!.email).to.equal(own)
        expect(await methodsOf(victim.id)).to.deep.equal(['password'])
      })
    })

    it('one identity stays one account’s, whichever upstream it comes through', async () => {
      const first = await authorize(server, client)
      codeOf(await through(first.visitor, first.page, 'liar'))
      const { id } = (await server.app.accounts.byIdentifier(issuer.says.email as string))!
      issuer.says.email = (await server.person()).email
      const second = await authorize(server, client)
      codeOf(await through(second.visitor, second.page, 'second'))
      const { items } = await server.app.methodServices.credentials.list({ accountId: id }, { limit: 10 })
      expect(items).to.have.length(1)
    })

    it('two browsers that come as one new person at once make one account', async () => {
      const begun = await Promise.all([authorize(server, client), authorize(server, client)])
      const backs: URL[] = []
      for (const { visitor, page } of begun) backs.push(await pass(await leave(visitor, page, 'liar')))
      // The issuer itself knows the nonce of its last request alone.
      const ends = []
      for (const [place, { visitor }] of begun.entries()) {
        issuer.says.nonce = issuer.asked.at(place - begun.length)!.get('nonce')
        ends.push(await visitor.open(backs[place]!))
      }
      ends.forEach(codeOf)
      const account = (await server.app.accounts.byIdentifier(issuer.says.email as string))!
      const { items } = await server.app.methodServices.credentials.list({ accountId: account.id }, { limit: 10 })
      expect(items).to.have.length(1)
    })
  })
})
