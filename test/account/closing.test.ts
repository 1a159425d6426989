import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { consentDeclaration } from '../../src/core/consents.ts'
import { credentialDeclaration } from '../../src/core/credentials.ts'
import { deviceDeclaration } from '../../src/core/sessions/devices.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { openConsole } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { allow, codeOf, signIn, signInForTokens } from '../support/flow.ts'
import { everyDocument } from '../support/secrets.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { wordsOf, Visitor, type VisitedPage } from '../support/visitor.ts'

const CLOSE = '/account/close'
const DAY = 86_400_000

eachEngine((_name, openUrl) => {
  describe('closing one’s account', () => {
    let server: TestServer
    let client: ClientView
    let person: Account

    before(async () => {
      server = await startServer({ store: await openUrl(), jobs: false })
      client = await server.register('web')
    })
    after(() => server?.close())
    beforeEach(async () => {
      person = await server.person()
    })
    afterEach(resetClock)

    async function close(how: 'delete' | 'pause', confirmation = person.email): Promise<VisitedPage> {
      const { visitor, page } = await openConsole(server, person.email, { path: CLOSE })
      return visitor.submit(page, CLOSE, { how, confirmation })
    }

    /** Its time is over, without a clock that is moved. */
    const makeDue = () =>
      server.app.accounts.setStatus(person.id, 'scheduled', {
        closing: { by: 'person', at: Date.now() },
        purgeAt: Date.now() - 1,
      })
    const stored = () => server.app.accounts.get(person.id)
    const types = async () =>
      (await server.app.events.ofAccount(person.id, { limit: 100 })).items.map(({ type, details }) => ({
        type,
        details,
      }))

    it('is asked for under the details of the account', async () => {
      const { page } = await openConsole(server, person.email, { path: CLOSE })
      expect(page.html).to.include('<a href="/account/details" aria-current="page">')
    })

    it('ends every session, token and grant in the same request', async () => {
      const held = await signInForTokens(server, client, person.email)
      const answer = await close('delete')
      expect(answer.status).to.equal(200)
      expect(wordsOf(answer)).to.include('Your account is closed')

      expect((await userinfo(server, held.tokens.access_token)).status).to.equal(401)
      expect((await refresh(server, client, held.tokens.refresh_token)).body.error).to.equal('invalid_grant')
      expect((await introspect(server, client, held.tokens.access_token)).body.active).to.equal(false)
      const { page } = await authorize(server, client, { prompt: 'none' }, held.visitor)
      expect(page.url.searchParams.get('error')).to.equal('login_required')
      const { status, closing, purgeAt } = (await stored())!
      expect(status).to.equal('scheduled')
      expect(closing?.by).to.equal('person')
      expect(purgeAt! - Date.now()).to.be.within(29.9 * DAY, 30 * DAY)
    })

    it('is offered back to who signs in within the time, and only to who has proven it', async () => {
      await close('delete')
      moveClock(29 * DAY)
      const { page, visitor } = await authorize(server, client)
      const asked = await visitor.submit(page, '/identify', { identifier: person.email })
      expect(wordsOf(asked)).to.not.include('Have your account back')
      const early = await visitor.post(`${page.url.pathname}/come-back`, {})
      expect(early.status).to.equal(409)
      expect((await stored())!.status).to.equal('scheduled')

      const offered = await visitor.submit(asked, '/prove/password', {
        password: 'seven green lanterns over the harbour',
      })
      expect(wordsOf(offered)).to.include('Have your account back?')
      const end = await allow(visitor, await visitor.submit(offered, '/come-back'))
      expect(codeOf(end)).to.be.a('string')
      expect(await stored())
        .to.include({ status: 'active' })
        .and.not.have.any.keys('closing', 'purgeAt')
      expect(await types()).to.deep.include({ type: 'account.restored', details: { by: 'person' } })
    })

    it('brings nothing back that was held before', async () => {
      const held = await signInForTokens(server, client, person.email)
      await close('pause')
      moveClock(2000)
      const { page, visitor } = await authorize(server, client)
      await visitor.submit(await signIn(visitor, page, person.email), '/come-back')
      expect((await stored())!.status).to.equal('active')
      expect((await userinfo(server, held.tokens.access_token)).status).to.equal(401)
      expect((await refresh(server, client, held.tokens.refresh_token)).status).to.equal(400)
    })

    it('cannot be taken back when the time is over, nor against an administrator', async () => {
      await close('delete')
      await makeDue()
      const late = await authorize(server, client)
      expect(wordsOf(await signIn(late.visitor, late.page, person.email))).to.include('switched off')
      expect((await late.visitor.post(`${late.page.url.pathname}/come-back`, {})).status).to.equal(409)

      const other = await server.person()
      await server.app.accounts.setStatus(other.id, 'deactivated', { closing: { by: 'admin', at: Date.now() } })
      moveClock(2000)
      const { page, visitor } = await authorize(server, client)
      expect(wordsOf(await signIn(visitor, page, other.email))).to.include('switched off')
      expect((await visitor.post(`${page.url.pathname}/come-back`, {})).status).to.equal(409)
      expect((await server.app.accounts.get(other.id))!.status).to.equal('deactivated')
    })

    it('takes a fresh proof, and the address typed by hand', async () => {
      for (const typed of ['', 'somebody@example.com', 'yes']) {
        const answer = await close('delete', typed)
        expect(answer.status).to.equal(400)
        expect(wordsOf(answer)).to.include(`Type ${person.email} here`)
        expect((await stored())!.status).to.equal('active')
      }
      const { visitor } = await openConsole(server, person.email)
      moveClock(11 * 60_000)
      const page = await visitor.open(CLOSE)
      expect(page.html).to.include('name="password"')
      await visitor.post(CLOSE, { how: 'delete', confirmation: person.email })
      expect((await stored())!.status).to.equal('active')
    })

    it('removes all that is kept, when the time is over, and frees the address', async () => {
      await signInForTokens(server, client, person.email)
      await close('delete')
      const purge = () => server.app.jobs.find(({ name }) => name === 'purge-accounts')!.run()
      moveClock(29 * DAY)
      await purge()
      expect((await stored())!.status).to.equal('scheduled')
      moveClock(DAY + 60_000)
      await purge()
      expect(await stored()).to.equal(undefined)

      const { store } = server.app
      const { id: accountId, email } = person
      expect(await store.collection(credentialDeclaration).count({ accountId })).to.equal(0)
      expect(await store.collection(deviceDeclaration).count({ accountId })).to.equal(0)
      expect(await store.collection(consentDeclaration).count({ id: { prefix: `${accountId}:` } })).to.equal(0)
      const left = [...(await everyDocument(store))].filter(([, text]) => text.includes(email)).map(([where]) => where)
      expect(left).to.deep.equal([])
      const still = [...(await everyDocument(store))]
        .filter(([, text]) => text.includes(accountId))
        .map(([where]) => where)
      expect(new Set(still.map(where => where.split(/[ :/]/)[0]))).to.deep.equal(new Set(['audit']))
      expect((await types()).map(({ type }) => type)).to.include('account.purged')

      const again = await server.person({ email })
      expect(again.id).to.not.equal(accountId)
    })

    it('is restored or purged once: 50 at once agree', async () => {
      await close('delete')
      await makeDue()
      const { accounts } = server.app
      const now = Date.now()
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          at % 2 ? accounts.beginPurge(person.id, now) : accounts.setStatus(person.id, 'active'),
        ),
      )
      const { status } = (await stored())!
      expect(status).to.be.oneOf(['active', 'purged'])
      // Whoever came after the one that was first changed nothing.
      expect(answers.some(account => account?.status === status)).to.equal(true)
      expect(answers.some(account => account !== undefined && account.status !== status)).to.equal(false)
    })

    it('is finished by the next run when it was broken off', async () => {
      await close('delete')
      await makeDue()
      await server.app.accounts.beginPurge(person.id, Date.now())
      expect((await stored())!.status).to.equal('purged')
      const { page } = await authorize(server, client, {}, new Visitor(server.issuer))
      expect(page.status).to.equal(200)
      await server.app.jobs.find(({ name }) => name === 'purge-accounts')!.run()
      expect(await stored()).to.equal(undefined)
    })
  })
})
