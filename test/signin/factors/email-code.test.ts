import { expect } from 'chai'
import { moveClock } from '../../support/clock.ts'
import { answerOf, authorize } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp } from '../../support/factors.ts'
import { attemptOf } from '../../support/flow.ts'
import { codeIn } from '../../support/mailbox.ts'
import { wordsOf, type Visitor, type VisitedPage } from '../../support/visitor.ts'
import { atSignIn } from './at-sign-in.ts'

describe('a code by email', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    async function asked(email: string): Promise<{ visitor: Visitor; page: VisitedPage; codeVerifier: string }> {
      const begun = await authorize(at.server, at.client)
      const named = await begun.visitor.submit(begun.page, '/identify', { identifier: email })
      return { ...begun, page: await begun.visitor.submit(named, '/prove/email-code/challenge') }
    }
    const mailed = async (email: string) => codeIn(await at.server.mailTo(email))

    it('signs in without a password, and is one factor', async () => {
      const { email } = await at.server.person()
      const { visitor, page, codeVerifier } = await asked(email)
      expect(wordsOf(page)).to.include('Check your mail')
      const end = await visitor.submit(page, '/prove/email-code', { code: await mailed(email) })
      expect(await at.claims(end, codeVerifier)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['otp'] })
    })

    it('is for the attempt that asked for it: in another browser’s it is nothing', async () => {
      const { email } = await at.server.person()
      const mine = await asked(email)
      const code = await mailed(email)
      const theirs = await asked(email)
      expect((await theirs.visitor.submit(theirs.page, '/prove/email-code', { code })).status).to.equal(400)
      const end = await mine.visitor.submit(mine.page, '/prove/email-code', { code })
      expect(answerOf(end)).to.have.property('code')
    })

    it('dies with a newer one, after 5 minutes, and by its use', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await asked(email)
      const old = await mailed(email)
      const renewed = await visitor.submit(page, '/prove/email-code/challenge')
      const code = await mailed(email)
      if (old !== code) expect((await visitor.submit(renewed, '/prove/email-code', { code: old })).status).to.equal(400)
      moveClock(5 * 60_000)
      const late = await visitor.post(`${attemptOf(page)}/prove/email-code`, { code })
      expect(wordsOf(late)).to.include('This code has expired. Ask for a new one.')
    })

    it('is looked at five times', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await asked(email)
      const code = await mailed(email)
      const wrong = code === '000000' ? '000001' : '000000'
      for (let tries = 0; tries < 5; tries += 1)
        expect((await visitor.submit(page, '/prove/email-code', { code: wrong })).status).to.equal(400)
      expect((await visitor.submit(page, '/prove/email-code', { code })).status).to.equal(429)
    })

    it('is no way around an authenticator app: whoever has the mailbox and the password is asked for it still', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor, page } = await asked(account.email)
      const next = await visitor.submit(page, '/prove/email-code', { code: await mailed(account.email) })
      expect(wordsOf(next)).to.include('Enter the code from your app')
      expect((await visitor.post(`${attemptOf(page)}/prove/password`, { password: 'x' })).status).to.equal(404)
      const { page: byPassword } = await at.afterPassword(account.email)
      expect(wordsOf(byPassword)).to.not.include('Email me a code')
    })

    it('is not a second factor for whoever has not turned it on', async () => {
      const { email } = await at.server.person()
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:latchkey:acr:2' } } })
      const { page } = await at.afterPassword(email, { claims })
      expect(answerOf(page)).to.have.property('error', 'unmet_authentication_requirements')
    })

    it('is refused when it is not allowed, also to whoever posts anyway', async () => {
      const { email } = await at.server.person()
      await at.policy({ allowedMethods: ['password'] })
      const { visitor, page } = await authorize(at.server, at.client)
      const named = await visitor.submit(page, '/identify', { identifier: email })
      expect(wordsOf(named)).to.not.include('Email me a code')
      for (const path of ['/prove/email-code/challenge', '/prove/email-code'])
        expect((await visitor.post(attemptOf(page) + path, { code: '123456' })).status, path).to.equal(404)
    })

    it('mails no more than five times from one network in a while, and says when again', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await asked(email)
      let answer = page
      for (let times = 0; times < 4; times += 1) answer = await visitor.submit(page, '/prove/email-code/challenge')
      expect(answer.status).to.equal(200)
      answer = await visitor.submit(page, '/prove/email-code/challenge')
      expect(answer.status).to.equal(429)
      expect(answer.headers.get('retry-after')).to.match(/^\d+$/)
      await at.server.app.postbox.settled()
      expect(at.server.mailbox.to(email)).to.have.length(5)
    })
  })
})
