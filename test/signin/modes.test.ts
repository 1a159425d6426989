// Who may register, and what is asked of them, by the installation's mode.
import { expect } from 'chai'
import { auditDeclaration } from '../../src/core/events/events.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, claimsIn, userinfo } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { allow, attemptOf, codeOf, redeem, signIn, signInForTokens, signUp } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type Fields } from '../support/visitor.ts'

eachEngine((_name, openUrl) => {
  describe('registration', () => {
    let server: TestServer
    let client: ClientView

    async function start(env: Record<string, string>): Promise<void> {
      server = await startServer({ store: await openUrl(), env })
      client = await server.register('web', { initiate_login_uri: undefined })
    }
    afterEach(async () => {
      resetClock()
      await server?.close()
    })

    async function fill(person: { email: string } & Fields, params = {}) {
      const begun = await authorize(server, client, params)
      return { ...begun, page: await signUp(begun.visitor, begun.page, person) }
    }

    async function complete(person: { email: string } & Fields, mailbox = person.email) {
      const { visitor, page, codeVerifier } = await fill(person)
      expect(wordsOf(page), `${page.status}`).to.include('Check your mail')
      const consent = await visitor.submit(page, '/verify', { code: codeIn(await server.mailTo(mailbox)) })
      return { visitor, consent, codeVerifier }
    }

    it('by domain takes its addresses, in any spelling, and no others', async () => {
      await start({ LATCHKEY_REGISTRATION: 'domain', LATCHKEY_REGISTRATION_DOMAINS: 'Example.org,bücher.example' })
      for (const email of [
        'eve@example.com',
        'eve@sub.example.org',
        'eve@example.org.evil.test',
        'eve@notexample.org',
        'eve@evil.test@example.com',
        'eve＠example.com',
        'eve@examplé.org',
      ]) {
        const { page } = await fill({ email })
        expect(page.status, email).to.be.oneOf([400, 403])
        expect(page.html, email).to.include('name="email"')
        await server.app.postbox.settled()
        expect(server.mailbox.to(email), email).to.deep.equal([])
      }
      const { page } = await fill({ email: 'eve@example.com' })
      expect(wordsOf(page)).to.include('Accounts here are for addresses at example.org, xn--bcher-kva.example.')
      expect(page.html).to.include('value="eve@example.com"')
      // Mail goes to the one form of the address, whatever was typed.
      await complete({ email: 'Ann＠EXAMPLE.org.' }, 'ann@example.org')
      expect(await server.app.accounts.byIdentifier('ann@example.org')).to.include({ emailVerified: true })
      await complete({ email: 'bea@BÜCHER.example' }, 'bea@xn--bcher-kva.example')
    })

    it('by invitation alone answers 403 to whoever was not invited', async () => {
      await start({ LATCHKEY_REGISTRATION: 'invitation' })
      const { page, visitor } = await authorize(server, client, { prompt: 'create' })
      expect(wordsOf(page)).to.include('New accounts cannot be made here')
      const at = attemptOf(page)
      expect((await visitor.open(`${at}/signup`)).status).to.equal(403)
      const answer = await visitor.post(`${at}/signup`, { email: 'eve@example.com', password: PASSWORD })
      expect(answer.status).to.equal(403)
      await server.app.postbox.settled()
      expect(server.mailbox.to('eve@example.com')).to.deep.equal([])
    })

    it('that is closed takes no invitation either', async () => {
      await start({ LATCHKEY_REGISTRATION: 'closed' })
      const { secret } = await invite('ann@example.com')
      for (const method of ['GET', 'POST'] as const)
        expect((await new Visitor(server.issuer).send(method, `/invite/${secret}`)).status).to.equal(403)
    })

    it('asks for a username where one is required, and takes none where they are off', async () => {
      await start({ LATCHKEY_USERNAMES: 'required' })
      const { page } = await fill({ email: 'ann@example.com', name: 'Ann' })
      expect(page.status).to.equal(400)
      expect(wordsOf(page)).to.include('Choose a username.')
      expect(page.html).to.include('value="ann@example.com"').and.to.include('value="Ann"')
      await server.close()

      await start({ LATCHKEY_USERNAMES: 'off' })
      const form = await authorize(server, client, { prompt: 'create' })
      expect(form.page.html).to.not.include('name="username"')
      await complete({ email: 'ann@example.com', username: 'ann' })
      expect(await server.app.accounts.byIdentifier('ann@example.com')).to.not.have.property('username')
    })

    it('gives a username that two race for to one of them, and asks the other for another', async () => {
      await start({})
      const racers = await Promise.all(
        ['ann@example.com', 'bea@example.com'].map(async email => {
          const { visitor, page } = await fill({ email, username: 'Anna' })
          const code = codeIn(await server.mailTo(email))
          return { email, visitor, page, code }
        }),
      )
      const ends = await Promise.all(racers.map(({ visitor, page, code }) => visitor.submit(page, '/verify', { code })))
      expect(ends.filter(end => wordsOf(end).includes('Choose a username'))).to.have.length(1)
      const made = await Promise.all(racers.map(({ email }) => server.app.accounts.byIdentifier(email)))
      expect(made.filter(Boolean)).to.have.length(1)
      expect(made.find(Boolean)!.username).to.equal('anna')
    })

    const FIELDS = [
      {
        name: 'staff_no',
        label: 'Staff number',
        pattern: '[A-Z]{2}\\d{4}',
        hint: 'Two letters and four digits.',
        required: true,
        claim: 'staff_no',
      },
      { name: 'team', label: 'Team', type: 'choice', options: ['Red', 'Blue'] },
      { name: 'news', label: 'Send me news', type: 'checkbox', claim: 'https://example.com/news' },
      { name: 'born', label: 'Born', type: 'date' },
    ]

    it('asks for declared fields, checks them, and gives them to apps under their claims', async () => {
      await start({ LATCHKEY_ACCOUNT_FIELDS: JSON.stringify(FIELDS) })
      const refused: [Fields, string][] = [
        [{}, 'Fill in “Staff number”.'],
        [{ 'field.staff_no': 'ab1234' }, 'Two letters and four digits.'],
        [{ 'field.staff_no': 'AB1234\n<script>' }, 'Two letters and four digits.'],
        [{ 'field.staff_no': 'AB1234', 'field.team': 'Green' }, 'Choose one of Red, Blue.'],
        [{ 'field.staff_no': 'AB1234', 'field.born': '2020-02-31' }, 'Enter a date'],
        [{ 'field.staff_no': ['x'.repeat(5000)] }, 'Two letters and four digits.'],
      ]
      for (const [fields, words] of refused) {
        const { page } = await fill({ email: 'ann@example.com', name: 'Ann', ...fields })
        expect(page.status, words).to.equal(400)
        expect(wordsOf(page)).to.include(words)
        expect(page.html).to.include('value="Ann"')
      }
      const all = await fill({ email: 'ann', 'field.team': 'Green', password: 'short' })
      for (const [, words] of [...refused.slice(0, 1), refused[3]!]) expect(wordsOf(all.page)).to.include(words)
      expect(wordsOf(all.page)).to.include('There are 4 problems').and.include('Use at least 15 characters')
      const person = {
        email: 'ann@example.com',
        'field.staff_no': ' AB1234 ',
        'field.team': 'Blue',
        'field.news': 'yes',
      }
      const { visitor, consent, codeVerifier } = await complete(person)
      const account = (await server.app.accounts.byIdentifier('ann@example.com'))!
      expect(account.fields).to.deep.equal({ staff_no: 'AB1234', team: 'Blue', news: true })
      const { body } = await redeem(server, client, codeOf(await allow(visitor, consent)), codeVerifier)
      const claims = (await userinfo(server, body.access_token)).body
      expect(claims).to.include({ staff_no: 'AB1234', 'https://example.com/news': true })
      expect(claims).to.not.have.any.keys('team', 'born', 'fields')
      const found = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as {
        claims_supported: string[]
      }
      expect(found.claims_supported).to.include('staff_no')
    })

    async function invite(email: string, more: { roles?: string[]; clientId?: string } = {}) {
      return server.app.invitations.invite({ email, roles: [], createdBy: 'a test', lasts: 86_400, ...more })
    }

    /** From the mailed link to the sign-up form, at the account console. */
    async function arrive(secret: string) {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.open(`/invite/${secret}`)
      return { visitor, page: await visitor.submit(page, `/invite/${secret}`) }
    }

    const form = { password: PASSWORD, username: '', name: 'Ann' }

    it('by an invitation makes an account with its address and roles, whatever is posted', async () => {
      await start({ LATCHKEY_REGISTRATION: 'invitation' })
      const { secret } = await invite('ann@example.com', { roles: ['auditor'] })
      for (let times = 0; times < 5; times += 1)
        for (const method of ['GET', 'HEAD'] as const)
          expect((await new Visitor(server.issuer).send(method, `/invite/${secret}`)).status).to.equal(200)

      const { visitor, page } = await arrive(secret)
      expect(wordsOf(page)).to.include('ann@example.com').and.to.include('Create your account')
      const end = await visitor.submit(page, '/signup', { ...form, email: 'eve@example.com' })
      expect(wordsOf(end)).to.include('Security')
      const account = (await server.app.accounts.byIdentifier('ann@example.com'))!
      expect(account).to.deep.include({ emailVerified: true, roles: ['auditor'] })
      expect(await server.app.accounts.byIdentifier('eve@example.com')).to.equal(undefined)
      const { items } = await server.app.store
        .collection(auditDeclaration)
        .list({ accountId: account.id }, { limit: 20 })
      expect(items.map(({ type }) => type)).to.include.members([
        'invitation.used',
        'account.registered',
        'role.assigned',
      ])

      const again = await new Visitor(server.issuer).open(`/invite/${secret}`)
      expect(again.status).to.equal(410)
      expect(wordsOf(again)).to.include('used already')
    })

    it('by an invitation leads to the app that it names', async () => {
      await start({ LATCHKEY_REGISTRATION: 'invitation' })
      client = await server.register('web', { client_uri: 'https://app.example' })
      const { secret } = await invite('ann@example.com', { clientId: client.client_id })
      const { visitor, page } = await arrive(secret)
      expect(page.html).to.include('https://app.example')
      const begun = await authorize(server, client, {}, visitor)
      expect(wordsOf(begun.page)).to.include('ann@example.com').and.to.include('Create your account')
      const end = await allow(visitor, await visitor.submit(begun.page, '/signup', form))
      const { body } = await redeem(server, client, codeOf(end), begun.codeVerifier)
      expect(claimsIn(body.id_token).sub).to.equal((await server.app.accounts.byIdentifier('ann@example.com'))!.id)
    })

    it('by an invitation works once, of 50 at the same time', async () => {
      await start({ LATCHKEY_REGISTRATION: 'invitation' })
      const { secret, invitation } = await invite('ann@example.com')
      const ways = await Promise.all(Array.from({ length: 10 }, () => arrive(secret)))
      const answers = await Promise.all(
        ways.flatMap(({ visitor, page }) =>
          Array.from({ length: 5 }, () => visitor.send('POST', `${attemptOf(page)}/signup`, form)),
        ),
      )
      const account = (await server.app.accounts.byIdentifier('ann@example.com'))!
      expect((await server.app.invitations.get(invitation.id))!.accountId).to.equal(account.id)
      expect(
        answers.every(({ status }) => [303, 409, 410].includes(status)),
        answers.map(({ status }) => status).join(),
      ).to.equal(true)
      const { items } = await server.app.events.list({ limit: 500 })
      const registered = items.filter(({ type, outcome }) => type === 'account.registered' && outcome === 'success')
      expect(registered.map(({ accountId }) => accountId)).to.deep.equal([account.id])
      await signInForTokens(server, await server.register('web'), 'ann@example.com')
    })

    it('by an invitation ends when it is too old, taken back, or sent again', async () => {
      await start({ LATCHKEY_REGISTRATION: 'invitation' })
      const { invitations } = server.app
      const open = async (secret: string) => (await new Visitor(server.issuer).open(`/invite/${secret}`)).status
      const one = await invite('ann@example.com')
      const begun = await arrive(one.secret)
      const renewed = await invitations.renew(one.invitation.id, 3600)
      expect([await open(one.secret), await open(renewed.secret)]).to.deep.equal([410, 200])
      await invitations.revoke(one.invitation.id)
      expect(await open(renewed.secret)).to.equal(410)
      const late = await begun.visitor.submit(begun.page, '/signup', form)
      expect(late.status).to.equal(410)
      expect(wordsOf(late)).to.include('taken back')
      const other = await invite('bea@example.com')
      moveClock(86_400_000 + 1000)
      expect(await open(other.secret)).to.equal(410)
      expect(await open('__proto__')).to.equal(410)
      expect(await open(`${renewed.secret}x`)).to.equal(410)
    })

    it('by an invitation opens nothing to who signs in as somebody else instead', async () => {
      await start({ LATCHKEY_REGISTRATION: 'invitation' })
      const person = await server.person()
      const { secret, invitation } = await invite('ann@example.com', { roles: ['admin'] })
      const { visitor, page } = await arrive(secret)
      const asked = await visitor.open(`${attemptOf(page)}/identify`)
      await signIn(visitor, asked, person.email)
      expect((await server.app.accounts.get(person.id))!.roles).to.deep.equal([])
      expect((await server.app.invitations.get(invitation.id))!.usedAt).to.equal(undefined)
      expect(await server.app.accounts.hasAdmin()).to.equal(false)
    })

    it('by an invitation to an address is no way to set up an administrator', async () => {
      await start({})
      const { secret } = await invite('ann@example.com', { roles: ['admin'] })
      const answer = await new Visitor(server.issuer).post(`/invite/${secret}`, {
        email: 'eve@example.com',
        password: PASSWORD,
      })
      expect(wordsOf(answer)).to.not.include('You are set up')
      expect(await server.app.accounts.hasAdmin()).to.equal(false)
    })
  })

  describe('terms of service', () => {
    const env = { LATCHKEY_TERMS_URL: 'https://example.com/terms' }
    let store: string
    let server: TestServer
    let client: ClientView
    beforeEach(async () => {
      store = await openUrl()
      server = await startServer({ store, env: { ...env, LATCHKEY_TERMS_VERSION: '1' } })
      client = await server.register('web')
    })
    afterEach(() => server?.close())

    /** The same store and addresses, under other terms. */
    async function restart(more: Record<string, string>): Promise<void> {
      const { LATCHKEY_PORT, LATCHKEY_ISSUER, LATCHKEY_SECRETS } = server.env
      await server.close()
      server = await startServer({
        store,
        env: { LATCHKEY_PORT, LATCHKEY_ISSUER, LATCHKEY_SECRETS, ...env, ...more } as Record<string, string>,
      })
      server.issuer = LATCHKEY_ISSUER!
    }

    it('are asked of who has not accepted them, and kept with their time', async () => {
      const person = await server.person()
      const { page, visitor } = await authorize(server, client)
      const asked = await signIn(visitor, page, person.email)
      expect(wordsOf(asked)).to.include('Our terms').and.to.not.include('What is new')
      // Nothing that comes after can be posted before.
      expect((await visitor.post(`${attemptOf(asked)}/consent`, { decision: 'allow' })).status).to.equal(409)
      codeOf(await allow(visitor, await visitor.submit(asked, '/terms', { decision: 'accept' })))
      const { terms } = (await server.app.accounts.get(person.id))!
      expect(terms!.map(({ version }) => version)).to.deep.equal(['1'])
      expect(terms![0]!.at).to.be.closeTo(Date.now(), 60_000)
    })

    it('are accepted with the registration', async () => {
      const { page, visitor } = await authorize(server, client)
      const form = await signUp(visitor, page, { email: 'ann@example.com', terms: 'yes' })
      const next = await visitor.submit(form, '/verify', { code: codeIn(await server.mailTo('ann@example.com')) })
      codeOf(await allow(visitor, next))
      const { terms } = (await server.app.accounts.byIdentifier('ann@example.com'))!
      expect(terms!.map(({ version }) => version)).to.deep.equal(['1'])
    })

    it('that have changed are asked about on every way, of a live session too', async () => {
      const person = await server.person()
      const { page, visitor } = await authorize(server, client)
      const asked = await signIn(visitor, page, person.email)
      codeOf(await allow(visitor, await visitor.submit(asked, '/terms', { decision: 'accept' })))
      await restart({ LATCHKEY_TERMS_VERSION: '2', LATCHKEY_TERMS_CHANGES: 'We keep logs for a shorter time.' })

      const none = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(none.page)).to.include({ error: 'interaction_required' })
      const again = await authorize(server, client, {}, visitor)
      expect(wordsOf(again.page))
        .to.include('Our terms have changed')
        .and.to.include('We keep logs for a shorter time.')
      const refused = await visitor.submit(again.page, '/terms', { decision: 'refuse' })
      expect(answerOf(refused)).to.include({ error: 'access_denied' })

      const third = await authorize(server, client, {}, visitor)
      // A page from before names an older version.
      const stale = await visitor.post(`${attemptOf(third.page)}/terms`, { decision: 'accept', version: '1' })
      expect(stale.status).to.equal(400)
      codeOf(await allow(visitor, await visitor.submit(third.page, '/terms', { decision: 'accept' })))
      codeOf((await authorize(server, client, {}, visitor)).page)
      const { terms } = (await server.app.accounts.get(person.id))!
      expect(terms!.map(({ version }) => version)).to.deep.equal(['1', '2'])
    })
  })

  describe('an address that was never proven', () => {
    let server: TestServer
    let client: ClientView
    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web')
    })
    after(() => server?.close())
    afterEach(resetClock)

    const say = (settings: object) => server.app.policies.set({ kind: 'everyone' }, settings, 'a test')

    it('lets nobody in unless policy says so, and then for so many days', async () => {
      const person = await server.person({ verified: false })
      const open = async () => {
        const { page, visitor } = await authorize(server, client)
        return allow(visitor, await signIn(visitor, page, person.email))
      }
      expect(wordsOf(await open())).to.include('Check your mail')
      await say({ emailVerificationGrace: 86_400 })
      codeOf(await open())
      moveClock(86_400_000 + 1000)
      expect(wordsOf(await open())).to.include('Check your mail')
      await say({ emailVerification: 'optional' })
      codeOf(await open())
      const { tokens } = await signInForTokens(server, client, person.email)
      expect((await userinfo(server, tokens.access_token)).body.email_verified).to.equal(false)
    })
  })
})
