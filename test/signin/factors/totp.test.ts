import { expect } from 'chai'
import { moveClock } from '../../support/clock.ts'
import { answerOf } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp, authenticatorOn } from '../../support/factors.ts'
import { attemptOf } from '../../support/flow.ts'
import { everyDocument } from '../../support/secrets.ts'
import { wordsOf } from '../../support/visitor.ts'
import { atSignIn } from './at-sign-in.ts'

describe('an authenticator app', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    it('is asked for after the password, and the ID token says so', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page, codeVerifier } = await at.afterPassword(account.email)
      expect(wordsOf(page)).to.include('Enter the code from your app')
      const end = await visitor.submit(page, '/prove/totp', { code: app.code() })
      expect(await at.claims(end, codeVerifier)).to.deep.include({
        acr: 'urn:latchkey:acr:2',
        amr: ['pwd', 'otp', 'mfa'],
      })
    })

    it('takes a code that was typed with spaces, and one of the step before or after', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      for (const [later, step] of [
        [0, 0],
        [120_000, -1],
        [240_000, 1],
      ] as const) {
        // To the middle of a step, so that it is still the same when the code comes.
        moveClock(later + 45_000 - (Date.now() % 30_000))
        const { visitor, page } = await at.afterPassword(account.email)
        const code = app.code(step).replace(/^.../, '$& ')
        const end = await visitor.submit(page, '/prove/totp', { code: ` ${code}` })
        expect(answerOf(end), `step ${step}`).to.have.property('code')
      }
    })

    it('takes no code twice, also not in another sign-in, until the next one', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const first = await at.afterPassword(account.email)
      const code = app.code()
      await first.visitor.submit(first.page, '/prove/totp', { code })
      const second = await at.afterPassword(account.email)
      const refused = await second.visitor.submit(second.page, '/prove/totp', { code })
      expect(refused.status).to.equal(400)
      expect(wordsOf(refused)).to.include('That code was used already')
      moveClock(30_000)
      const end = await second.visitor.submit(refused, '/prove/totp', { code: app.code() })
      expect(answerOf(end)).to.have.property('code')
    })

    it('counts a code once, of several sign-ins that post it at the same time', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const code = app.code()
      const signIns = []
      for (let times = 0; times < 8; times += 1) signIns.push(await at.afterPassword(account.email))
      const ends = await Promise.all(signIns.map(({ visitor, page }) => visitor.submit(page, '/prove/totp', { code })))
      expect(ends.filter(end => end.url.searchParams.has('code'))).to.have.length(1)
    })

    for (const [what, code, words] of [
      ['nothing', '', 'Enter the 6 digits.'],
      ['letters', 'abcdef', 'That code does not fit.'],
      ['five digits', '12345', 'That code does not fit.'],
      ['a book', '1'.repeat(20_000), 'That code does not fit.'],
      ['digits of another script', '١٢٣٤٥٦', 'That code does not fit.'],
    ] as const)
      it(`is refused on the same page when what is typed is ${what}`, async () => {
        const account = await at.server.person()
        await addTotp(at.server, account)
        const { visitor, page } = await at.afterPassword(account.email)
        const refused = await visitor.submit(page, '/prove/totp', { code })
        expect(refused.status).to.equal(400)
        expect(wordsOf(refused)).to.include(words).and.to.include('Enter the code from your app')
        expect(refused.html).to.not.include(code || 'value="1')
      })

    it('is refused with another account’s code', async () => {
      const [mine, theirs] = [await at.server.person(), await at.server.person()]
      await addTotp(at.server, theirs)
      const app = await addTotp(at.server, mine)
      const { visitor, page } = await at.afterPassword(theirs.email)
      expect((await visitor.submit(page, '/prove/totp', { code: app.code() })).status).to.equal(400)
    })

    it('keeps its key sealed, while it is set up and afterwards', async () => {
      const account = await at.server.person()
      await at.policy({ secondFactor: 'required' })
      const { visitor, page } = await at.afterPassword(account.email)
      const shown = await visitor.open(`${attemptOf(page)}/enrol/totp`)
      const key = /<code class="key">([A-Z2-7 ]+)</.exec(shown.html)![1]!.replaceAll(' ', '')
      const stored = async () => [...(await everyDocument(at.server.app.store)).values()].join('\n')
      expect(await stored()).to.not.include(key)
      await visitor.submit(shown, '/enrol/totp', { code: authenticatorOn(shown).code() })
      const text = await stored()
      expect(text).to.include(`"totp:${account.id}"`).and.to.not.include(key)
    })
  })
})
