// Notices to the owner of an account, and the link in them by which they take it back without signing in.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { closeAccount } from '../../src/oidc/sessions/account-status.ts'
import { openConsole, SECURITY } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize, introspect, refresh } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { signIn, signInForTokens } from '../support/flow.ts'
import { linkIn, type ReceivedMail } from '../support/mailbox.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const DAY = 24 * 60 * 60 * 1000

describe('a notice', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let client: ClientView
    let owner: Account
    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web')
    })
    after(() => server?.close())
    beforeEach(async () => void (owner = await server.person()))
    afterEach(resetClock)

    async function mails(to = owner.email): Promise<ReceivedMail[]> {
      await server.app.postbox.settled()
      return server.mailbox.to(to)
    }
    async function told(subject: string, to = owner.email): Promise<ReceivedMail> {
      const mail = (await mails(to)).find(one => one.subject.startsWith(subject))
      if (!mail) throw new Error(`no mail “${subject}” to ${to}`)
      return mail
    }
    /** The owner, in a browser that has never been here. */
    async function openNotMe(mail: ReceivedMail) {
      const visitor = new Visitor(server.issuer)
      return { visitor, page: await visitor.open(linkIn(mail)) }
    }
    const entries = async (type: string) =>
      (await server.app.events.ofAccount(owner.id, { limit: 100 })).items.filter(one => one.type === type)
    const credentialIds = async () =>
      (await server.app.methodServices.credentials.list({ accountId: owner.id }, { limit: 20 })).items.map(
        ({ id }) => id,
      )

    it('tells of a sign-in in a new browser, but not of the first, nor of one that was used before', async () => {
      const first = await signInForTokens(server, client, owner.email)
      expect(await mails()).to.deep.equal([])
      await signInForTokens(server, client, owner.email)
      const mail = await told('A new browser signed in to your account')
      expect(mail.text).to.include(owner.email).and.to.include(`${server.issuer}/not-me/`)
      const again = await authorize(server, client, { prompt: 'login' }, first.visitor)
      await first.visitor.submit(again.page, '/prove/password', { password: PASSWORD })
      expect(await mails()).to.have.length(1)
    })

    it('tells of what was set up, and takes it out again: sessions, tokens, the factor and the password are gone', async () => {
      const { visitor: thief } = await openConsole(server, owner.email)
      const { tokens } = await signInForTokens(server, client, owner.email)
      await addTotp(server, owner)
      const { visitor, page } = await openNotMe(await told('A way to sign in was set up'))
      expect(wordsOf(page))
        .to.include('Was this not you?')
        .and.to.include('Authenticator app was set up')
        .and.to.include('The present password stops working')
      expect(page.url.href).to.equal(`${server.issuer}/not-me`)

      const done = await visitor.submit(page, '/not-me')
      expect(done.status).to.equal(200)
      expect(wordsOf(done)).to.include('Your account is yours again').and.to.include(owner.email)
      expect(await credentialIds()).to.deep.equal([])
      expect((await thief.open(SECURITY)).url.pathname).to.match(/^\/signin\//)
      expect((await introspect(server, client, tokens.access_token)).body.active).to.equal(false)
      expect((await refresh(server, client, tokens.refresh_token)).status).to.equal(400)
      const { visitor: stranger, page: asked } = await authorize(server, client)
      expect(wordsOf(await signIn(stranger, asked, owner.email))).to.include('do not belong together')

      const [entry] = await entries('notice.disputed')
      expect(entry!.details).to.deep.equal({ notice: 'factor-added', undone: ['factor', 'password'] })
      expect((await entries('account.signed_out')).map(({ details }) => details.reason)).to.include('disputed')
      // What the owner has just done themselves, they are not told of.
      expect((await mails()).filter(({ subject }) => subject.includes('was removed'))).to.deep.equal([])
    })

    it('makes a stranger of a browser that signed in', async () => {
      await signInForTokens(server, client, owner.email)
      await signInForTokens(server, client, owner.email)
      const before = (await server.app.devices.ofAccount(owner.id, { limit: 9 })).items
      const { visitor, page } = await openNotMe(await told('A new browser signed in'))
      await visitor.submit(page, '/not-me')
      const after = (await server.app.devices.ofAccount(owner.id, { limit: 9 })).items
      expect([before.length, after.length]).to.deep.equal([2, 1])
      expect((await entries('notice.disputed'))[0]!.details.undone).to.deep.equal(['device', 'password'])
    })

    it('tells once a day that somebody guesses, and leaves the password, which they did not know', async () => {
      for (let day = 0; day < 2; day += 1) {
        // In the morning of a day, as UTC has them.
        moveClock(DAY - (Date.now() % DAY))
        for (let locks = 0; locks < 3; locks += 1) {
          const { visitor, page } = await authorize(server, client)
          const asked = await visitor.submit(page, '/identify', { identifier: owner.email })
          for (let n = 0; n < 6; n += 1) await visitor.submit(asked, '/prove/password', { password: 'wrong' })
          moveClock(60 * 60_000)
        }
      }
      const guessed = (await mails()).filter(({ subject }) => subject.startsWith('Too many wrong tries'))
      expect(guessed).to.have.length(2)
      const { visitor, page } = await openNotMe(guessed[1]!)
      expect(wordsOf(page)).to.not.include('password stops working')
      await visitor.submit(page, '/not-me')
      expect(await credentialIds()).to.deep.equal([`password:${owner.id}`])
    })

    it('brings an account back that was about to be deleted, but not what an administrator has closed', async () => {
      for (const by of ['person', 'admin'] as const) {
        const account = await server.person()
        const purgeAt = Date.now() + 14 * DAY
        await closeAccount(server.app, account, { by, purgeAt }, {})
        const { visitor, page } = await openNotMe(await told('Your account is about to be deleted', account.email))
        expect(wordsOf(page).includes('Your account is brought back')).to.equal(by === 'person')
        expect((await visitor.submit(page, '/not-me')).status).to.equal(200)
        const { status } = (await server.app.accounts.get(account.id))!
        expect(status).to.equal(by === 'person' ? 'active' : 'scheduled')
      }
    })

    it('is told by the job where the process that should have told it is gone', async () => {
      const { notices, postbox, teller } = server.app
      const event = { type: 'password.changed', accountId: owner.id, details: { by: 'person' } } as const
      const at = Date.now()
      await notices.begin({ kind: 'password-changed', facts: {} }, event, { at, taken: true })
      await teller.tellDue()
      expect(await mails()).to.deep.equal([])
      moveClock(61_000)
      await Promise.all([teller.tellDue(), teller.tellDue(), teller.tellDue()])
      await postbox.sendDue()
      expect(await mails()).to.have.length(1)
      expect(wordsOf((await openNotMe(await told('Your password was changed'))).page)).to.include('Was this not you?')
    })

    describe('whose link an attacker plays with', () => {
      let mail: ReceivedMail
      beforeEach(async () => {
        await addTotp(server, owner)
        mail = await told('A way to sign in was set up')
      })
      const stillThere = () => [`password:${owner.id}`, `totp:${owner.id}`]

      it('is not used by mail scanners, whatever they fetch', async () => {
        for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS', 'GET']) {
          const scanner = new Visitor(server.issuer)
          await scanner.send(method, linkIn(mail))
          await scanner.send(method === 'OPTIONS' ? 'GET' : method, '/not-me')
        }
        expect((await credentialIds()).toSorted()).to.deep.equal(stillThere())
        const { visitor, page } = await openNotMe(mail)
        expect((await visitor.submit(page, '/not-me')).status).to.equal(200)
      })

      it('does it once, of 50 at once, and says so to the others', async () => {
        const opened = await Promise.all(Array.from({ length: 50 }, () => openNotMe(mail)))
        const answers = await Promise.all(opened.map(({ visitor, page }) => visitor.submit(page, '/not-me')))
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
        const others = answers.filter(({ status }) => status === 410)
        expect(others).to.have.length(49)
        expect(wordsOf(others[0]!)).to.include('used already')
        expect(await entries('notice.disputed')).to.have.length(1)
      })

      it('does nothing by a token that is changed, cut, old, of another purpose, or a hash from the store', async () => {
        const token = linkIn(mail).split('/').at(-1)!
        const { tokenHash } = (await server.app.notices.find(token))!
        const changed = (token.startsWith('A') ? 'B' : 'A') + token.slice(1)
        const { token: signInToken } = await server.app.links.make({
          purpose: 'sign-in',
          account: owner,
          clientId: client.client_id,
          lasts: 600,
          maxUses: 1,
          createdBy: 'test',
        })
        for (const wrong of [changed, token.slice(0, 20), tokenHash, signInToken, 'x']) {
          const visitor = new Visitor(server.issuer)
          const page = await visitor.open(`/not-me/${wrong}`)
          expect(page.status, wrong).to.equal(404)
          expect((await visitor.post('/not-me', {})).status, wrong).to.equal(404)
        }
        expect((await new Visitor(server.issuer).post('/not-me', {})).status).to.equal(400)
        // Nor is it a link to sign in.
        const other = new Visitor(server.issuer)
        expect((await other.open(`/magic/${token}`)).status).to.equal(404)
        const late = await openNotMe(mail)
        moveClock(7 * DAY)
        const refused = await late.visitor.submit(late.page, '/not-me')
        expect(refused.status).to.equal(410)
        expect((await credentialIds()).toSorted()).to.deep.equal(stillThere())
      })

      it('takes back what its own event did, in its own account', async () => {
        const other = await server.person()
        await addTotp(server, other)
        const { visitor, page } = await openNotMe(mail)
        await visitor.submit(page, '/not-me')
        const { items } = await server.app.methodServices.credentials.list({ accountId: other.id }, { limit: 9 })
        expect(items).to.have.length(2)
        expect((await server.app.accounts.get(other.id))!.validFrom).to.equal(other.validFrom)
      })

      it('is posted from a page of somebody else’s: refused', async () => {
        const { visitor } = await openNotMe(mail)
        const response = await visitor.send('POST', '/not-me', {}, { origin: 'https://evil.example' })
        expect(response.status).to.equal(403)
        expect((await credentialIds()).toSorted()).to.deep.equal(stillThere())
      })

      it('leaves its token in no address, document, log or entry', async () => {
        const token = linkIn(mail).split('/').at(-1)!
        const { page } = await openNotMe(mail)
        expect(page.html).to.not.include(token)
        expect(page.url.href).to.not.include(token)
        expect(page.headers.get('cache-control')).to.equal('no-store')
        expect(JSON.stringify(await server.app.notices.find(token))).to.not.include(token)
      })
    })
  })
})
