// Codes by text message, from setting a number up to signing in by one, through a server that is as strict as Twilio's.
import { expect } from 'chai'
import { SECURITY, openConsole } from '../../support/account.ts'
import { createOutbox, type MessageState } from '../../../src/core/outbox/outbox.ts'
import { maskPhone } from '../../../src/lib/phone.ts'
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
    let store: string
    let server: TestServer
    let person: { id: string; email: string }
    let visitor: Visitor
    let number: string

    before(async () => {
      twilio = await startTwilio()
      store = await openUrl()
      server = await startServer({
        store,
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

    async function newest() {
      await server.app.postbox.settled()
      return twilio.messages.at(-1)
    }
    const ask = async (phone: string) => visitor.submit(await visitor.open(ADD), '/add', { phone })
    const credentials = async () =>
      (await server.app.methodServices.credentials.list({ accountId: person.id, method: 'sms-code' }, { limit: 10 }))
        .items

    const texts = async (state: MessageState) =>
      (await createOutbox(server.app.store, 'sms').list(state, { limit: 100 })).items

    async function enrol(): Promise<void> {
      const asked = await ask(`${number.slice(0, 3)} (0)${number.slice(3, 7)} ${number.slice(7)}`)
      const page = await visitor.submit(asked, '/add', { code: codeInSms(await newest()) })
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
      expect(await newest()).to.include({ to: number })
      expect((await newest())!.text).to.match(
        /^\d{6} is your Latchkey code\. Tell it to nobody\.\n\n@localhost #\d{6}$/,
      )
      expect(wordsOf(asked)).to.include(`We sent a 6-digit code to ${number}`)
      const again = await visitor.post(ADD, { phone: number })
      expect(wordsOf(again)).to.include(`We sent another code to ${number}`)
      expect(await credentials()).to.deep.equal([])
      await visitor.submit(again, '/add', { code: codeInSms(await newest()) })
      expect((await credentials()).map(({ data }) => data)).to.deep.equal([{ number }])
      const page = await visitor.open(SECURITY)
      expect(wordsOf(page))
        .to.include(`+49 ••• ${number.slice(-2)}`)
        .and.to.not.include(number)
    })

    it('do not set up a number by a wrong, an old or another number’s code', async () => {
      const asked = await ask(number)
      const first = codeInSms(await newest())
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
      const late = await visitor.submit(again, '/add', { code: codeInSms(await newest()) })
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
      expect(twilio.messages.length).to.equal(before)
    })

    it('to a number that the provider refuses are kept for someone to look at, and the person goes on with another', async () => {
      twilio.refuseNext(400, { code: 21614, message: `${number} is not a mobile number`, status: 400 })
      const page = await ask(number)
      expect([page.status, wordsOf(page).includes('Make sure that the number is right')]).to.deep.equal([200, true])
      await server.app.postbox.settled()
      const dead = (await texts('dead')).find(({ accountId }) => accountId === person.id)
      expect(dead).to.include({ name: 'sms-code', bounced: true, tries: 1, to: maskPhone(number) })
      expect(dead!.error).to.equal('Twilio answered 400 (error 21614): … is not a mobile number')
      const { items } = await server.app.events.ofAccount(person.id, { limit: 10 })
      expect(items.filter(({ type }) => type === 'sms.bounced').map(({ details }) => details)).to.deep.equal([
        { method: 'sms-code' },
      ])
      const restarted = await visitor.submit(page, '/add', { restart: 'yes' })
      number = newNumber()
      const again = await visitor.submit(restarted, '/add', { phone: number })
      await visitor.submit(again, '/add', { code: codeInSms(await newest()) })
      expect((await credentials()).map(({ data }) => data)).to.deep.equal([{ number }])
    })

    it('are asked for after the password, and raise the sign-in to two factors', async () => {
      await enrol()
      const { other, page } = await toCode()
      expect(await newest()).to.include({ to: number })
      expect(wordsOf(page))
        .to.include(`by text message to +49 ••• ${number.slice(-2)}`)
        .and.to.not.include(number)
      const end = await other.submit(page, '/prove/sms-code', { code: codeInSms(await newest()) })
      expect(end.url.pathname).to.equal(SECURITY)
      const [signIn] = (await server.app.signIns.ofAccount(person.id, { limit: 10, order: 'desc' })).items
      expect(signIn!.proofs.map(({ method, amr }) => [method, amr])).to.deep.equal([
        ['password', ['pwd']],
        ['sms-code', ['sms']],
      ])
      const [credential] = await credentials()
      expect(credential!.usedAt).to.be.a('number')
      const again = await other.post(page.url.pathname, { code: codeInSms(await newest()) })
      expect(again.status).to.be.oneOf([404, 405, 410])
    })

    it('that came to a number which was replaced since count in no session any more', async () => {
      await enrol()
      const client = await server.register('web', { first_party: true })
      const { other, page } = await toCode()
      await other.submit(page, '/prove/sms-code', { code: codeInSms(await newest()) })
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:latchkey:acr:2'] } } })
      const silently = async () => answerOf((await authorize(server, client, { prompt: 'none', claims }, other)).page)
      expect(await silently()).to.have.property('code')
      moveClock(MINUTE)
      number = newNumber()
      const asked = await ask(number)
      await visitor.submit(asked, '/add', { code: codeInSms(await newest()) })
      expect((await credentials()).map(({ data }) => data)).to.deep.equal([{ number }])
      expect((await silently()).error).to.match(/_required$/)
    })

    it('of another attempt, another account or an earlier message prove nothing', async () => {
      await enrol()
      const one = await toCode()
      const first = codeInSms(await newest())
      const two = await toCode()
      expect((await two.other.submit(two.page, '/prove/sms-code', { code: first })).status).to.equal(400)
      const resent = await one.other.submit(one.page, '/prove/sms-code/challenge')
      expect((await one.other.submit(resent, '/prove/sms-code', { code: first })).status).to.equal(400)
      const right = await one.other.submit(resent, '/prove/sms-code', { code: codeInSms(await newest()) })
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
      await server.app.postbox.settled()
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

    it('wait for a provider that is down, go out once when it is back, and hold no page up', async () => {
      await enrol()
      const { visitor: other, page } = await openConsole(server, person.email)
      const before = twilio.messages.length
      for (let time = 0; time < 4; time += 1) twilio.refuseNext(500)
      const sent = await other.submit(page, '/prove/sms-code/challenge')
      expect([sent.status, wordsOf(sent).includes('We sent a 6-digit code')]).to.deep.equal([200, true])
      for (let passed = 0; passed < 150_000; passed += 10_000) {
        await server.app.postbox.sendDue()
        moveClock(10_000)
      }
      await server.app.postbox.sendDue()
      expect(twilio.messages.length).to.equal(before + 1)
      const end = await other.submit(sent, '/prove/sms-code', { code: codeInSms(await newest()) })
      expect(end.url.pathname).to.equal(SECURITY)
    })

    it('that could not be sent while their code counted are dead, and never sent', async () => {
      await enrol()
      const before = twilio.messages.length
      const { visitor: other, page } = await openConsole(server, person.email)
      twilio.refuseNext(500)
      await other.submit(page, '/prove/sms-code/challenge')
      await server.app.postbox.settled()
      moveClock(5 * MINUTE + 1000)
      await server.app.postbox.sendDue()
      const dead = (await texts('dead')).find(({ accountId }) => accountId === person.id)!
      expect(dead).to.include({ error: 'expired: Twilio answered 500' }).and.not.have.property('sealed')
      expect(await createOutbox(server.app.store, 'sms').retry(dead.id)).to.equal(undefined)
      await server.app.postbox.sendDue()
      expect(twilio.messages.length).to.equal(before)
    })

    it('are sent once by two processes that look for them at the same time', async () => {
      const { LATCHKEY_SECRETS = '' } = server.env
      const second = await startServer({ store, env: { LATCHKEY_SMS: twilio.url, LATCHKEY_SECRETS } })
      try {
        const before = twilio.messages.length
        twilio.refuseNext(500)
        await ask(number)
        await server.app.postbox.settled()
        moveClock(10_000)
        await Promise.all([server, second].map(({ app }) => app.postbox.sendDue()))
        expect(twilio.messages.slice(before).map(({ to }) => to)).to.deep.equal([number])
      } finally {
        await second.close()
      }
    })

    it('do not keep the page waiting for a provider that hangs, and mails do not wait for it either', async () => {
      await enrol()
      const hung = twilio.hangNext()
      const { visitor: other, page } = await openConsole(server, person.email)
      const sent = await other.submit(page, '/prove/sms-code/challenge')
      await hung.reached
      expect([sent.status, server.app.postbox.state('sms').underWay]).to.deep.equal([200, 1])
      const mailed = server.mailbox.next('meanwhile@example.com')
      const locals = { brandName: 'x', email: 'x', startedFrom: 'x' }
      await server.app.postbox.post('meanwhile@example.com', 'already-registered', locals)
      await mailed
      expect(server.app.postbox.state('sms').underWay).to.equal(1)
      hung.release()
      const end = await other.submit(sent, '/prove/sms-code', { code: codeInSms(await newest()) })
      expect(end.url.pathname).to.equal(SECURITY)
    })

    it('leave no number in the audit log, and no code anywhere', async () => {
      await enrol()
      const code = codeInSms(await newest())
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
