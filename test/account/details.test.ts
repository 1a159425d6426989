import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { openConsole } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { signInForTokens } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { enrolPassword } from '../../src/methods/password/set.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

const ADDRESS = '/account/details/address'
const USERNAME = '/account/details/username'
const DAY = 86_400_000

eachEngine((_name, openUrl) => {
  describe('one’s own details', () => {
    let server: TestServer
    let client: ClientView
    let person: Account
    let count = 0

    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web')
    })
    after(() => server?.close())
    beforeEach(async () => {
      person = await server.person()
    })
    afterEach(resetClock)

    const another = () => `other${(count += 1)}@example.com`
    const stored = () => server.app.accounts.get(person.id) as Promise<Account>

    async function ask(email: string): Promise<{ visitor: Visitor; page: VisitedPage }> {
      const { email: present } = await stored()
      const { visitor, page } = await openConsole(server, present, { path: ADDRESS })
      return { visitor, page: await visitor.submit(page, ADDRESS, { email }) }
    }

    async function change(email: string): Promise<VisitedPage> {
      const { visitor, page } = await ask(email)
      return visitor.submit(page, page.url.pathname, { code: codeIn(await server.mailTo(email)) })
    }

    /** From the mail to the one that was left. */
    async function undoLink(email: string): Promise<string> {
      return new URL(linkIn(await server.mailTo(email))).pathname
    }

    describe('a change of address', () => {
      it('takes a code from the new one, and tells the old one', async () => {
        const email = another()
        const { visitor, page } = await ask(email)
        expect(wordsOf(page)).to.include(`We sent a 6-digit code to ${email}`)
        expect((await stored()).email).to.equal(person.email)
        const wrong = await visitor.submit(page, page.url.pathname, { code: '000000' })
        expect(wrong.status).to.equal(400)
        const done = await visitor.submit(page, page.url.pathname, { code: codeIn(await server.mailTo(email)) })
        expect(wordsOf(done)).to.include('Your address is changed')
        expect(await stored()).to.include({ email, emailVerified: true })
        expect((await server.mailTo(person.email)).text)
          .to.include(email)
          .and.to.include('Within 7 days')
        await signInForTokens(server, client, email)
        const { items } = await server.app.events.ofAccount(person.id, { limit: 100 })
        const entry = items.find(({ type }) => type === 'account.email_changed')!
        expect(JSON.stringify(entry)).to.not.include('@')
      })

      it('says that another code was sent where one was sent before', async () => {
        const email = another()
        const { visitor, page } = await ask(email)
        const form = await visitor.open(/href="([^"]+\?after=[^"]+)"/.exec(page.html)![1]!)
        const again = await visitor.submit(form, form.url.search, { email })
        expect(wordsOf(again)).to.include(`We sent another code to ${email}`)
        const wrong = await visitor.submit(again, '?again', { code: '000000' })
        expect(wordsOf(wrong)).to.include(`We sent another code to ${email}`)
        const elsewhere = another()
        const other = await visitor.submit(form, form.url.search, { email: elsewhere })
        expect(wordsOf(other)).to.include(`We sent a 6-digit code to ${elsewhere}`)
      })

      it('is undone by the old one’s owner, whoever has changed what since', async () => {
        const held = await signInForTokens(server, client, person.email)
        const stolen = another()
        await change(stolen)
        const path = await undoLink(person.email)
        // The thief goes on, to be harder to follow.
        moveClock(2000)
        const last = another()
        await change(last)
        const thiefsWayBack = await undoLink(stolen)

        moveClock(6 * DAY)
        const visitor = new Visitor(server.issuer)
        for (let times = 0; times < 5; times += 1)
          for (const method of ['GET', 'HEAD'] as const)
            expect((await new Visitor(server.issuer).send(method, path)).status).to.equal(200)
        expect((await stored()).email).to.equal(last)
        const done = await visitor.submit(await visitor.open(path), path)
        expect(wordsOf(done)).to.include('Your address is back')
        expect(await stored()).to.include({ email: person.email, emailVerified: true })

        expect((await userinfo(server, held.tokens.access_token)).status).to.equal(401)
        expect((await refresh(server, client, held.tokens.refresh_token)).status).to.equal(400)
        for (const gone of [path, thiefsWayBack]) {
          const answer = await new Visitor(server.issuer).post(gone, {})
          expect(answer.status).to.equal(410)
        }
        expect((await stored()).email).to.equal(person.email)
      })

      it('is undone once, of 50 at the same time, and not after 7 days', async () => {
        await change(another())
        const path = await undoLink(person.email)
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => new Visitor(server.issuer).send('POST', path, {})),
        )
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
        moveClock(2000)
        await enrolPassword(server.app.methodServices, person.id, PASSWORD)
        const email = another()
        await change(email)
        const late = await undoLink(person.email)
        moveClock(7 * DAY + 1000)
        expect((await new Visitor(server.issuer).post(late, {})).status).to.equal(410)
        expect((await stored()).email).to.equal(email)
      })

      it('is undone by nothing that is cut short, of somebody else, or from another site', async () => {
        const email = another()
        await change(email)
        const path = await undoLink(person.email)
        const other = await server.person()
        const foreign = path.replace(person.id, other.id)
        for (const one of [
          path.slice(0, -1),
          `${path}x`,
          foreign,
          '/account/details/undo/__proto__.x',
          `${path.split('.')[0]}.`,
        ])
          expect((await new Visitor(server.issuer).post(one, {})).status, one).to.be.oneOf([404, 410])
        const forged = await new Visitor(server.issuer).post(path, {}, { origin: 'https://evil.example' })
        expect(forged.status).to.equal(403)
        expect((await stored()).email).to.equal(email)
      })

      it('kills the codes and links that went to the old one', async () => {
        const { page, visitor } = await authorize(server, client)
        const asked = await visitor.submit(page, '/identify', { identifier: person.email })
        await visitor.submit(asked, '/prove/email-code/challenge')
        const code = codeIn(await server.mailTo(person.email))
        moveClock(1000)
        await change(another())
        const late = await visitor.post(`${page.url.pathname}/prove/email-code`, { code })
        expect(late.status).to.equal(400)
      })

      it('answers the same for an address that somebody has, and sends nothing there', async () => {
        const { email: taken } = await server.person()
        const before = server.mailbox.to(taken).length
        const { visitor, page } = await ask(taken)
        expect(wordsOf(page)).to.include(`We sent a 6-digit code to ${taken}`)
        await server.app.postbox.settled()
        expect(server.mailbox.to(taken)).to.have.length(before)
        expect((await visitor.submit(page, page.url.pathname, { code: '123456' })).status).to.equal(400)
      })

      it('that two race for is one’s, and the other is told', async () => {
        const email = another()
        const other = await server.person()
        const mine = await ask(email)
        const code = codeIn(await server.mailTo(email))
        const theirs = await openConsole(server, other.email, { path: ADDRESS })
        const asked = await theirs.visitor.submit(theirs.page, ADDRESS, { email })
        const theirCode = codeIn(await server.mailTo(email))
        const answers = await Promise.all([
          mine.visitor.submit(mine.page, mine.page.url.pathname, { code }),
          theirs.visitor.submit(asked, asked.url.pathname, { code: theirCode }),
        ])
        expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).to.deep.equal([200, 409])
      })

      it('takes no look-alikes, and nobody else’s verification', async () => {
        for (const email of ['ann@example.com@evil.test', 'ann', 'ıvan@example.com', '']) {
          const { page } = await ask(email)
          expect(page.status, email).to.equal(400)
        }
        const email = another()
        const { page } = await ask(email)
        const other = await server.person()
        const { visitor } = await openConsole(server, other.email, { path: ADDRESS })
        const answer = await visitor.post(page.url.pathname, { code: codeIn(await server.mailTo(email)) })
        expect(answer.status).to.equal(404)
        expect((await server.app.accounts.get(other.id))!.email).to.equal(other.email)
      })

      it('takes a fresh proof', async () => {
        const { visitor } = await openConsole(server, person.email)
        moveClock(11 * 60_000)
        const email = another()
        const page = await visitor.post(ADDRESS, { email })
        expect(page.html).to.include('name="password"')
        await server.app.postbox.settled()
        expect(server.mailbox.to(email)).to.deep.equal([])
      })

      it('comes to an end: so many an hour', async () => {
        const statuses: number[] = []
        const { visitor, page } = await openConsole(server, person.email, { path: ADDRESS })
        for (let times = 0; times < 6; times += 1)
          statuses.push((await visitor.submit(page, ADDRESS, { email: another() })).status)
        expect(statuses).to.deep.equal([200, 200, 200, 200, 200, 429])
      })
    })

    it('an address that was never confirmed is, from there', async () => {
      await server.app.policies.set({ kind: 'everyone' }, { emailVerification: 'optional' }, 'a test')
      person = await server.person({ verified: false })
      const done = await change(person.email)
      expect(wordsOf(done)).to.include('Your address is confirmed')
      expect(await stored()).to.include({ email: person.email, emailVerified: true })
      await server.app.policies.set({ kind: 'everyone' }, {}, 'a test')
    })

    it('a username is chosen, changed and given up, and taken from nobody', async () => {
      const { visitor, page } = await openConsole(server, person.email, { path: USERNAME })
      const name = `rosa${(count += 1)}`
      expect(wordsOf(await visitor.submit(page, USERNAME, { username: name.toUpperCase() }))).to.include(name)
      expect((await stored()).username).to.equal(name)
      const other = await server.person({ username: `taken${count}` })
      const refused = await visitor.submit(page, USERNAME, { username: other.username! })
      expect(refused.status).to.equal(409)
      expect(refused.html).to.include(`value="${other.username}"`)
      expect((await visitor.submit(page, USERNAME, { username: 'a b' })).status).to.equal(400)
      await visitor.submit(page, USERNAME, { username: '' })
      expect(await stored()).to.not.have.property('username')
    })

    it('a username that two race for is one’s', async () => {
      const other = await server.person()
      const name = `race${(count += 1)}`
      const both = await Promise.all([person, other].map(({ email }) => openConsole(server, email, { path: USERNAME })))
      const answers = await Promise.all(
        both.map(({ visitor, page }) => visitor.submit(page, USERNAME, { username: name })),
      )
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).to.deep.equal([200, 409])
    })
  })
})
