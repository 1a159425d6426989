// Codes by text message, from setting a number up to signing in by one, through a server that is as strict as Twilio's.
import { expect } from 'chai'
import { SECURITY, openConsole } from '../../support/account.ts'
import { moveClock, resetClock } from '../../support/clock.ts'
import { answerOf, authorize } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { everyDocument } from '../../support/secrets.ts'
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts'
import { codeInSms, newNumber, startTwilio, type SmsServer } from '../../support/sms.ts'
import { Visitor, wordsOf, type VisitedPage } from '../../support/visitor.ts'

const ADD = `${SECURITY}/sms-code/add`
const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('codes by text message', () => {
  eachEngine((_name, openUrl) => {
    let twilio: SmsServer
    let server: TestServer
    let person: { id: string; email: string }
    let visitor: Visitor
    let number: string

    before(async () => {
      twilio = await startTwilio()
      server = await startServer({
        store: await openUrl(),
        env: { LATCHKEY_SMS: twilio.url, LATCHKEY_SMS_PREFIXES: '+49, +1' },
      })
    })
    after(async () => {
      await server?.close()
      await twilio?.close()
    })
    beforeEach(async () => {
      person = await server.person()
      number = newNumber()
      visitor = (await openConsole(server, person.email)).visitor
    })
    afterEach(() => {
      expect(twilio.complaints).to.deep.equal([])
      resetClock()
    })

    const newest = () => twilio.messages.at(-1)
    const ask = async (phone: string) => visitor.submit(await visitor.open(ADD), '/add', { phone })
    const credentials = async () =>
      (await server.app.methodServices.credentials.list({ accountId: person.id, method: 'sms-code' }, { limit: 10 }))
        .items

    async function enrol(): Promise<void> {
      const asked = await ask(`${number.slice(0, 3)} (0)${number.slice(3, 7)} ${number.slice(7)}`)
      const page = await visitor.submit(asked, '/add', { code: codeInSms(newest()) })
      expect(page.url.pathname).to.equal(`${SECURITY}/recovery-codes/add`)
    }

    /** Signs in elsewhere, as far as the question for the code. */
    async function toCode(): Promise<{ other: Visitor; page: VisitedPage }> {
      const { visitor: other, page } = await openConsole(server, person.email)
      expect(page.html).to.include('/prove/sms-code/challenge')
      return { other, page: await other.submit(page, '/prove/sms-code/challenge') }
    }

    it('set up a number by a code that arrived there', async () => {
      const asked = await ask(number)
      expect(newest()).to.include({ to: number })
      expect(newest()!.text).to.match(/^\d{6} is your Latchkey code\. Tell it to nobody\.\n\n@localhost #\d{6}$/)
      expect(wordsOf(asked)).to.include(`We sent a 6-digit code to ${number}`)
      expect(await credentials()).to.deep.equal([])
      await visitor.submit(asked, '/add', { code: codeInSms(newest()) })
      expect((await credentials()).map(({ data }) => data)).to.deep.equal([{ number }])
      const page = await visitor.open(SECURITY)
      expect(wordsOf(page))
        .to.include(`+49 ••• ${number.slice(-2)}`)
        .and.to.not.include(number)
    })

    it('do not set up a number by a wrong, an old or another number’s code', async () => {
      const asked = await ask(number)
      const first = codeInSms(newest())
      const wrong = await visitor.submit(asked, '/add', { code: first === '000000' ? '000001' : '000000' })
      expect([wrong.status, wordsOf(wrong)]).to.satisfy(
        ([status, words]: [number, string]) => status === 400 && words.includes('That is not the code'),
      )
      const restarted = await visitor.post(ADD, { restart: 'yes' })
      expect(restarted.html).to.include('name="phone"')
      const again = await visitor.submit(restarted, '/add', { phone: newNumber() })
      expect((await visitor.submit(again, '/add', { code: first })).status).to.equal(400)
      moveClock(6 * MINUTE)
      // The proof is older than 5 minutes too, but the form was open: it may still be sent.
      const late = await visitor.submit(again, '/add', { code: codeInSms(newest()) })
      expect(wordsOf(late)).to.include('expired')
      expect(late.html).to.include('name="code"')
      expect(await credentials()).to.deep.equal([])
    })

    it('say what is wrong with a number, and lose nothing of it', async () => {
      const before = twilio.messages.length
      for (const [phone, words] of [
        ['0151 2345678', 'Begin with + and the country code'],
        ['+49', 'That is no phone number'],
        ['+44 20 7946 0018', 'We send no messages to that country'],
        ['+882 16 2345 6789', 'Messages cannot be sent to that kind of number'],
      ] as const) {
        const page = await ask(phone)
        expect(page.status, phone).to.equal(400)
        expect(wordsOf(page)).to.include(words)
        expect(page.html).to.include(`value="${phone}"`)
      }
      twilio.refuseNext(400, { code: 21614, message: 'not a mobile number', status: 400 })
      const page = await ask(number)
      expect([page.status, page.html.includes(`value="${number}"`)]).to.deep.equal([422, true])
      expect(wordsOf(page)).to.include('No message can be sent to that number')
      expect(wordsOf(await visitor.open(ADD))).to.include('Mobile number')
      expect(twilio.messages.length).to.equal(before)
    })

    it('are asked for after the password, and raise the sign-in to two factors', async () => {
      await enrol()
      const { other, page } = await toCode()
      expect(newest()).to.include({ to: number })
      expect(wordsOf(page))
        .to.include(`by text message to +49 ••• ${number.slice(-2)}`)
        .and.to.not.include(number)
      const end = await other.submit(page, '/prove/sms-code', { code: codeInSms(newest()) })
      expect(end.url.pathname).to.equal(SECURITY)
      const [signIn] = (await server.app.signIns.ofAccount(person.id, { limit: 10, order: 'desc' })).items
      expect(signIn!.proofs.map(({ method, amr }) => [method, amr])).to.deep.equal([
        ['password', ['pwd']],
        ['sms-code', ['sms']],
      ])
      const [credential] = await credentials()
      expect(credential!.usedAt).to.be.a('number')
      const again = await other.post(page.url.pathname, { code: codeInSms(newest()) })
      expect(again.status).to.be.oneOf([404, 405, 410])
    })

    it('that came to a number which was replaced since count in no session any more', async () => {
      await enrol()
      const client = await server.register('web', { first_party: true })
      const { other, page } = await toCode()
      await other.submit(page, '/prove/sms-code', { code: codeInSms(newest()) })
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:latchkey:acr:2'] } } })
      const silently = async () => answerOf((await authorize(server, client, { prompt: 'none', claims }, other)).page)
      expect(await silently()).to.have.property('code')
      moveClock(MINUTE)
      number = newNumber()
      const asked = await ask(number)
      await visitor.submit(asked, '/add', { code: codeInSms(newest()) })
      expect((await credentials()).map(({ data }) => data)).to.deep.equal([{ number }])
      expect((await silently()).error).to.match(/_required$/)
    })

    it('of another attempt, another account or an earlier message prove nothing', async () => {
      await enrol()
      const one = await toCode()
      const first = codeInSms(newest())
      const two = await toCode()
      expect((await two.other.submit(two.page, '/prove/sms-code', { code: first })).status).to.equal(400)
      const resent = await one.other.submit(one.page, '/prove/sms-code/challenge')
      expect((await one.other.submit(resent, '/prove/sms-code', { code: first })).status).to.equal(400)
      const right = await one.other.submit(resent, '/prove/sms-code', { code: codeInSms(newest()) })
      expect(right.url.pathname).to.equal(SECURITY)
    })

    it('are never sent for a stranger, nor before another proof', async () => {
      await enrol()
      const before = twilio.messages.length
      const stranger = new Visitor(server.issuer)
      const asked = await stranger.open(SECURITY)
      const [at] = /^\/signin\/[^/]+/.exec(asked.url.pathname)!
      await stranger.submit(asked, '/identify', { identifier: person.email })
      const answer = await stranger.post(`${at}/prove/sms-code/challenge`, {})
      expect(answer.status).to.be.oneOf([404, 409])
      expect(twilio.messages.length).to.equal(before)
    })

    it('are few: for a number, whoever asks; and an account; the refusal says when to come back', async () => {
      const ask5 = async () => {
        for (let sent = 0; sent < 5; sent += 1)
          expect((await visitor.post(ADD, { phone: number })).status).to.equal(200)
      }
      await ask5()
      const before = twilio.messages.length
      const sixth = await visitor.post(ADD, { phone: number })
      expect([sixth.status, Number(sixth.headers.get('retry-after'))]).to.satisfy(
        ([status, wait]: [number, number]) => status === 429 && wait > 0,
      )
      const other = await server.person()
      visitor = (await openConsole(server, other.email)).visitor
      expect((await visitor.post(ADD, { phone: number })).status).to.equal(429)
      expect(twilio.messages.length).to.equal(before)
    })

    it('stop for everyone when the day’s budget is spent, and go on the next day', async () => {
      const limited = await startServer({ env: { LATCHKEY_SMS: twilio.url, LATCHKEY_SMS_BUDGET: '2' } })
      try {
        const tried = async () => {
          const { email } = await limited.person()
          const { visitor: own } = await openConsole(limited, email)
          return own.post(ADD, { phone: newNumber() })
        }
        expect([(await tried()).status, (await tried()).status]).to.deep.equal([200, 200])
        const third = await tried()
        expect([third.status, wordsOf(third).includes('No more text messages can be sent today')]).to.deep.equal([
          429,
          true,
        ])
        moveClock(25 * HOUR)
        expect((await tried()).status).to.equal(200)
      } finally {
        await limited.close()
      }
    })

    it('failing, leave the other ways: the person is told, and nothing is lost', async () => {
      await enrol()
      const { visitor: other, page } = await openConsole(server, person.email)
      twilio.refuseNext(500)
      const failed = await other.submit(page, '/prove/sms-code/challenge')
      expect(failed.status).to.equal(503)
      expect(wordsOf(failed)).to.include('The message could not be sent').and.to.not.include('We sent')
      const sent = await other.submit(failed, '/prove/sms-code/challenge')
      const end = await other.submit(sent, '/prove/sms-code', { code: codeInSms(newest()) })
      expect(end.url.pathname).to.equal(SECURITY)
    })

    it('leave no number in the audit log, and no code anywhere', async () => {
      await enrol()
      const code = codeInSms(newest())
      const audit = JSON.stringify((await server.app.events.ofAccount(person.id, { limit: 100 })).items)
      expect(audit).to.include('factor.enrolled').and.to.not.include(number)
      for (const [where, text] of await everyDocument(server.app.store)) {
        expect(new RegExp(`(?<![\\w.-])${code}(?![\\w.-])`).test(text), where).to.equal(false)
        // Proven by a code, it is the account's `phone_number`.
        if (!/^(accounts|credentials|challenges) /.test(where)) expect(text, where).to.not.include(number)
      }
    })
  })

  it('are not offered where text messages are off', async () => {
    const server = await startServer()
    try {
      const { email } = await server.person()
      const { visitor, page } = await openConsole(server, email)
      expect(wordsOf(page)).to.not.include('text message')
      expect((await visitor.open(ADD)).status).to.equal(404)
      expect((await visitor.post(ADD, { phone: newNumber(), password: PASSWORD })).status).to.equal(404)
    } finally {
      await server.close()
    }
  })
})
