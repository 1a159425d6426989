// What mails strangers can have sent, whatever they ask for: per address, and for everyone together.
import { expect } from 'chai'
import { rules } from '../../src/core/limits/rules.ts'
import { openConsole } from '../support/account.ts'
import { moveClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { attemptOf, codeOf, signIn, signUp } from '../support/flow.ts'
import { wordsOf, type VisitedPage } from '../support/visitor.ts'
import { atSignIn, type AtSignIn } from './factors/at-sign-in.ts'

const HOUR = 3_600_000

type Ask = (at: AtSignIn, address: string) => Promise<VisitedPage>

/** The page of a sign-in, and a form of it. */
const posting =
  (path: string, fields: (address: string) => Record<string, string>): Ask =>
  async (at, address) => {
    const { visitor, page } = await authorize(at.server, at.client)
    return visitor.post(attemptOf(page) + path, fields(address))
  }
const byMethod =
  (method: string): Ask =>
  async (at, identifier) => {
    const { visitor, page } = await authorize(at.server, at.client)
    await visitor.submit(page, '/identify', { identifier })
    return visitor.post(`${attemptOf(page)}/prove/${method}/challenge`, {})
  }
/** Each in the words of who asks for it, by the name of whoever it is for. */
const anybody: Record<string, Ask> = {
  'a registration': async (at, email) => {
    const { visitor, page } = await authorize(at.server, at.client)
    return signUp(visitor, page, { email })
  },
  'a code to sign in': byMethod('email-code'),
  'a link to sign in': byMethod('magic-link'),
  'a way to a new password': posting('/recover', identifier => ({ identifier })),
  'a forgotten username': posting('/recover/names', email => ({ email })),
}

describe('mails that strangers ask for', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl, { env: { LATCHKEY_LIMITS: 'mail.budget=2/1h, mail.network=3/1h' } })
    let people = 0
    const newAddress = () => `nobody${(people += 1)}.${Date.now()}@example.com`
    const mailsTo = async (address: string) => {
      await at.server.app.postbox.settled()
      return at.server.mailbox.to(address).filter(({ text }) => !text.includes('/not-me/'))
    }
    const spentEvents = async () =>
      (await at.server.app.events.list({ limit: 1000 })).items.filter(({ type }) => type === 'budget.spent')

    beforeEach(() => at.server.app.methodServices.limits.clear(rules.mailBudget, 'all'))

    /** By two registrations. */
    async function spend(): Promise<void> {
      for (let times = 0; times < 2; times += 1)
        expect((await anybody['a registration']!(at, newAddress())).status).to.equal(200)
    }
    function expectSpent(page: VisitedPage, what: string): void {
      expect(page.status, what).to.equal(429)
      expect(Number(page.headers.get('retry-after')), what).to.be.within(1, 3600)
      expect(wordsOf(page), what).to.include('No more mails can be sent at the moment. Use another way')
    }

    for (const [what, ask] of Object.entries(anybody))
      it(`have a budget for everyone: over it ${what} is refused, alike for anybody and nobody, until it is over`, async () => {
        const { email } = await at.server.person()
        await spend()
        const before = (await spentEvents()).length
        for (const address of [email, newAddress()]) {
          expectSpent(await ask(at, address), address)
          expect(await mailsTo(address), address).to.deep.equal([])
        }
        expect(await spentEvents()).to.have.length(before + 1)
        moveClock(HOUR)
        expect((await ask(at, email)).status).to.equal(200)
      })

    it('have a budget: over it nobody begins a way back in without the second factor, or moves to another address', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const other = await at.server.person()
      await spend()
      const { visitor, page } = await at.afterPassword(account.email)
      expectSpent(await visitor.post(`${attemptOf(page)}/lost`, {}), 'a lost factor')
      expect(await at.server.app.recoveries.get(account.id)).to.equal(undefined)
      const console = await openConsole(at.server, other.email, { path: '/account/details/address' })
      expectSpent(await console.visitor.submit(console.page, '/address', { email: newAddress() }), 'another address')
    })

    it('have a budget, whose end is an event that says when there is more, and nothing of the account that it met', async () => {
      const { email, id } = await at.server.person()
      await spend()
      expectSpent(await anybody['a code to sign in']!(at, email), email)
      const [event] = (await spentEvents()).slice(-1)
      expect(event).to.include({ outcome: 'failure' }).and.to.not.have.any.keys('accountId', 'address')
      expect(event!.details).to.have.property('limit', rules.mailBudget.name)
      expect(event!.details.until).to.be.within(Date.now(), Date.now() + HOUR)
      const own = (await at.server.app.events.ofAccount(id, { limit: 50 })).items.map(({ type }) => type)
      expect(own).to.not.include('signin.locked')
    })

    it('have a budget that nobody is kept out by on a browser that the account is known on', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await authorize(at.server, at.client)
      codeOf(await signIn(visitor, page, email))
      await spend()
      const again = await authorize(at.server, at.client, { prompt: 'login' }, visitor)
      expect((await visitor.post(`${attemptOf(again.page)}/prove/email-code/challenge`, {})).status).to.equal(200)
      expect(await mailsTo(email)).to.have.length(1)
    })

    it('are counted by the address, whatever was asked for, alike for anybody and nobody', async () => {
      for (const address of [(await at.server.person()).email, newAddress()]) {
        const asked = ['a way to a new password', 'a forgotten username', 'a code to sign in', 'a registration']
        const statuses: number[] = []
        for (const what of asked) {
          await at.server.app.methodServices.limits.clear(rules.mailBudget, 'all')
          statuses.push((await anybody[what]!(at, address.toUpperCase())).status)
        }
        expect(statuses, address).to.deep.equal([200, 200, 200, 429])
      }
    })
  })
})
