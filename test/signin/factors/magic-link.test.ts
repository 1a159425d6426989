import { expect } from 'chai'
import { moveClock } from '../../support/clock.ts'
import { answerOf, authorize } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp } from '../../support/factors.ts'
import { attemptOf } from '../../support/flow.ts'
import { codeIn, linkIn } from '../../support/mailbox.ts'
import { Visitor, wordsOf, type VisitedPage } from '../../support/visitor.ts'
import { atSignIn } from './at-sign-in.ts'

const MINUTE = 60_000

describe('a link by email', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    async function asked(email: string): Promise<{ visitor: Visitor; page: VisitedPage; codeVerifier: string }> {
      const begun = await authorize(at.server, at.client)
      const named = await begun.visitor.submit(begun.page, '/identify', { identifier: email })
      return { ...begun, page: await begun.visitor.submit(named, '/prove/magic-link/challenge') }
    }
    const mailed = async (email: string) => linkIn(await at.server.mailTo(email))
    const another = () => new Visitor(at.server.issuer)

    it('signs in where it was asked for, by a button, and is one factor', async () => {
      const { email } = await at.server.person()
      const { visitor, page, codeVerifier } = await asked(email)
      expect(wordsOf(page)).to.include('Check your mail')
      const opened = await visitor.open(await mailed(email))
      expect(wordsOf(opened)).to.include('You opened the link that we sent you.').and.include(email)
      const end = await visitor.submit(opened, '/link')
      expect(await at.claims(end, codeVerifier)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['otp'] })
    })

    it('leaves its token in no address, page or referrer', async () => {
      const { email } = await at.server.person()
      const { visitor } = await asked(email)
      const link = await mailed(email)
      const token = link.split('/').at(-1)!
      const response = await visitor.send('GET', link)
      expect(response.status).to.equal(303)
      expect(response.headers.get('location')).to.match(/^\/signin\/[\w-]+\/link$/)
      expect(response.headers.get('referrer-policy')).to.equal('no-referrer')
      expect(response.headers.get('cache-control')).to.equal('no-store')
      expect(response.headers.getSetCookie().join())
        .to.match(/latchkey_link=/)
        .and.match(/httponly/i)
      const opened = await visitor.open(link)
      expect(opened.html).to.not.include(token)
      expect(opened.url.pathname).to.match(/\/link$/)
    })

    it('in another browser says who asked, and shows a code that goes on where it began', async () => {
      const { email } = await at.server.person()
      const { visitor, page, codeVerifier } = await asked(email)
      const phone = another()
      const opened = await phone.open(await mailed(email))
      expect(wordsOf(opened)).to.include('Did you ask for this?').and.include('Test app').and.include(email)
      const shown = await phone.submit(opened, '/link')
      expect(wordsOf(shown)).to.include('Type this code where you started')
      const end = await visitor.submit(page, '/prove/magic-link', {
        code: codeIn({ subject: '', text: wordsOf(shown) }),
      })
      expect(await at.claims(end, codeVerifier)).to.deep.include({ amr: ['otp'] })
      expect(phone.cookie('latchkey_session')).to.equal(undefined)
    })

    it('is used once, and says so', async () => {
      const { email } = await at.server.person()
      await asked(email)
      const link = await mailed(email)
      const phone = another()
      await phone.submit(await phone.open(link), '/link')
      const again = await phone.open(link)
      expect(again.status).to.equal(410)
      expect(wordsOf(again)).to.include('This link was used already.').and.include('Go back to the page where you')
    })

    it('gives way to a newer one, and expires; its own browser is led to ask for another', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await asked(email)
      const old = await mailed(email)
      await visitor.submit(page, '/prove/magic-link/challenge')
      const link = await mailed(email)
      expect(old).to.not.equal(link)
      expect(wordsOf(await visitor.open(old))).to.include('a newer one took its place')
      moveClock(15 * MINUTE)
      const late = await visitor.open(link)
      expect(late.status).to.equal(410)
      expect(wordsOf(late)).to.include('This link is too old.')
      expect((await visitor.post(late.url, {})).status).to.equal(410)
      const next = await visitor.open(`${attemptOf(page)}/prove/magic-link`)
      expect(wordsOf(next)).to.include('Send a new link').and.include('Email me a code')
    })

    it('ends with a change of the address, and with whatever ends the account’s sessions', async () => {
      const account = await at.server.person()
      const { visitor } = await asked(account.email)
      const link = await mailed(account.email)
      await at.server.app.accounts.change(account.id, known => ({ ...known, email: `new.${account.email}` }))
      expect(wordsOf(await visitor.open(link))).to.include('The account was changed since')
      await at.server.app.accounts.change(account.id, known => ({ ...known, email: account.email }))
      expect(wordsOf(await visitor.open(link))).to.include('You opened the link that we sent you.')
      await at.server.app.accounts.endAllBefore(account.id)
      expect(wordsOf(await visitor.open(link))).to.include('The account was changed since')
    })

    it('is no way around an authenticator app', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor } = await asked(account.email)
      const next = await visitor.submit(await visitor.open(await mailed(account.email)), '/link')
      expect(wordsOf(next)).to.include('Enter the code from your app')
    })

    it('is not sent for an address that was never proven', async () => {
      const { email } = await at.server.person({ verified: false })
      expect(wordsOf((await asked(email)).page)).to.include('If there is an account, we sent a link to')
      await at.server.app.postbox.settled()
      expect(at.server.mailbox.to(email)).to.have.length(0)
    })

    it('keeps a record of where it was asked for, opened and used', async () => {
      const { email, id } = await at.server.person()
      const { page } = await asked(email)
      const phone = another()
      const link = await mailed(email)
      const opened = await phone.open(link, { 'user-agent': 'Mailbox scanner' })
      await phone.submit(opened, '/link')
      const kept = await at.server.app.methodServices.links.asked(attemptOf(page).split('/')[2]!, id)
      expect(kept).to.include({ sent: 1, uses: 1, timesOpened: 1, createdBy: 'person' })
      expect(kept!.opened).to.include({ userAgent: 'Mailbox scanner' })
      expect(kept!.used!.address).to.equal(kept!.created.address)
      const { items } = await at.server.app.events.ofAccount(id, { limit: 10 })
      expect(items.map(({ type }) => type)).to.include('link.used')
    })

    it('says that cookies are needed, where they are not kept', async () => {
      const { email } = await at.server.person()
      await asked(email)
      const phone = another()
      const { pathname } = new URL(await mailed(email))
      const bare = await phone.open(pathname.replace(/\/[^/]+$/, ''))
      expect(wordsOf(bare)).to.include('does not keep our cookie')
    })

    it('that is opened once the sign-in is done says so', async () => {
      const { email } = await at.server.person()
      const { visitor } = await asked(email)
      const link = await mailed(email)
      expect(answerOf(await visitor.submit(await visitor.open(link), '/link'))).to.have.property('code')
      expect(wordsOf(await visitor.open(link))).to.include('already done')
    })
  })
})
