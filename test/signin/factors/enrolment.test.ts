import { expect } from 'chai'
import { moveClock } from '../../support/clock.ts'
import { answerOf } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addRecoveryCodes, addTotp, authenticatorOn } from '../../support/factors.ts'
import { attemptOf } from '../../support/flow.ts'
import { codeIn } from '../../support/mailbox.ts'
import { wordsOf } from '../../support/visitor.ts'
import { atSignIn } from './at-sign-in.ts'

const DAY = 86_400_000

describe('a second factor that policy requires', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    it('is set up in the sign-in by the person’s choice, counts at once, and comes with codes to fall back on', async () => {
      const account = await at.server.person()
      await at.policy({ secondFactor: 'required' })
      const { visitor, page, codeVerifier } = await at.afterPassword(account.email)
      expect(wordsOf(page)).to.include('Authenticator app').and.to.include('Code by email')
      const shown = await visitor.open(`${attemptOf(page)}/enrol/totp`)
      const app = authenticatorOn(shown)
      const codes = await visitor.submit(shown, '/enrol/totp', { code: app.code() })
      expect(wordsOf(codes)).to.include('Keep your recovery codes')
      const unsaved = await visitor.submit(codes, '/enrol/recovery-codes')
      expect(unsaved.status).to.equal(400)
      expect(codesOn(unsaved.html)).to.deep.equal(codesOn(codes.html)).and.to.have.length(10)
      const end = await visitor.submit(unsaved, '/enrol/recovery-codes', { saved: 'yes' })
      await at.server.app.postbox.settled()
      const told = at.server.mailbox.to(account.email).map(({ text }) => text)
      expect(told.join('\n')).to.include('Authenticator app was set up').and.to.include('Recovery codes was set up')
      expect(await at.claims(end, codeVerifier)).to.deep.include({
        acr: 'urn:latchkey:acr:2',
        amr: ['pwd', 'otp', 'mfa'],
      })
      moveClock(60_000)
      const next = await at.afterPassword(account.email)
      expect(wordsOf(next.page)).to.include('Enter the code from your app').and.to.include('Use a recovery code')
    })

    it('counts only when a code of the app confirms it: until then the key stays the same', async () => {
      const account = await at.server.person()
      await at.policy({ secondFactor: 'required' })
      const { visitor, page } = await at.afterPassword(account.email)
      const shown = await visitor.open(`${attemptOf(page)}/enrol/totp`)
      const refused = await visitor.submit(shown, '/enrol/totp', { code: '000000' })
      expect(refused.status).to.equal(400)
      const key = (html: string) => /<code class="key">([^<]+)/.exec(html)![1]
      expect(key(refused.html)).to.equal(key(shown.html))
      const elsewhere = await at.afterPassword(account.email)
      expect(wordsOf(elsewhere.page)).to.include('Add a second way')
      expect(await at.server.app.methodServices.credentials.get(`totp:${account.id}`)).to.equal(undefined)
    })

    it('is a code by email where the person chooses that, and its first code proves it', async () => {
      const account = await at.server.person()
      await at.policy({ secondFactor: 'required' })
      const { visitor, page, codeVerifier } = await at.afterPassword(account.email)
      const shown = await visitor.open(`${attemptOf(page)}/enrol/email-code`)
      const sent = await visitor.submit(shown, '/enrol/email-code', { send: 'yes' })
      const code = codeIn(await at.server.mailTo(account.email))
      const backup = await visitor.submit(sent, '/enrol/email-code', { code })
      const end = await visitor.submit(backup, '/skip')
      expect(await at.claims(end, codeVerifier)).to.have.property('acr', 'urn:latchkey:acr:2')
    })

    it('cannot be put off without a grace period, by the button or by posting anyway', async () => {
      const account = await at.server.person()
      await at.policy({ secondFactor: 'required' })
      const { visitor, page } = await at.afterPassword(account.email)
      expect(wordsOf(page)).to.not.include('Not now')
      const refused = await visitor.post(`${attemptOf(page)}/skip`, {})
      expect(refused.status).to.equal(403)
      expect(wordsOf(refused)).to.include('Add a second way')
    })

    it('can be put off within its grace period, once for each sign-in, and not after it', async () => {
      const account = await at.server.person()
      await at.policy({ secondFactor: 'required', secondFactorGrace: 7 * 86_400 })
      const first = await at.afterPassword(account.email)
      expect(answerOf(await first.visitor.submit(first.page, '/skip'))).to.have.property('code')
      const session = await at.afterPassword(account.email, { prompt: 'none' }, first.visitor)
      expect(answerOf(session.page)).to.have.property('code')
      moveClock(6 * DAY)
      const second = await at.afterPassword(account.email)
      expect(answerOf(await second.visitor.submit(second.page, '/skip'))).to.have.property('code')
      moveClock(2 * DAY)
      const third = await at.afterPassword(account.email)
      expect((await third.visitor.post(`${attemptOf(third.page)}/skip`, {})).status).to.equal(403)
    })

    it('is asked of a session that is live when policy begins to require it, and of prompt=none as an error', async () => {
      const account = await at.server.person()
      const { visitor } = await at.afterPassword(account.email)
      await at.policy({ secondFactor: 'required' })
      const silent = await at.afterPassword(account.email, { prompt: 'none' }, visitor)
      expect(answerOf(silent.page)).to.have.property('error', 'interaction_required')
      const { page } = await at.afterPassword(account.email, {}, visitor)
      expect(wordsOf(page)).to.include('Add a second way')
    })

    it('is not set up over one that is there: it is asked for, and its page is no way around it', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      await at.policy({ secondFactor: 'required' })
      const { visitor, page } = await at.afterPassword(account.email)
      const uid = attemptOf(page)
      for (const path of ['/enrol/totp', '/enrol/email-code', '/enrol/recovery-codes']) {
        expect((await visitor.open(uid + path)).status, path).to.equal(404)
        expect((await visitor.post(uid + path, { code: '123456', saved: 'yes' })).status, path).to.equal(409)
      }
      expect((await visitor.post(`${uid}/skip`, {})).status).to.equal(409)
    })

    it('is not asked for what policy does not allow, and says so when nothing is left', async () => {
      const account = await at.server.person()
      await at.policy({ secondFactor: 'required', allowedMethods: ['password', 'totp'] })
      const { page } = await at.afterPassword(account.email)
      expect(wordsOf(page)).to.include('Set up an authenticator app').and.to.not.include('Choose another way')
    })
  })
})

describe('recovery codes', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    it('let in by one each, in any case and with or without its dashes, and never twice', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const [one, other] = await addRecoveryCodes(at.server, account)
      const use = async (code: string) => {
        const { visitor, page } = await at.afterPassword(account.email)
        const form = await visitor.open(`${attemptOf(page)}/prove/recovery-codes`)
        return visitor.submit(form, '/prove/recovery-codes', { code })
      }
      expect(answerOf(await use(one!.toUpperCase()))).to.have.property('code')
      const again = await use(one!)
      expect(again.status).to.equal(400)
      expect(wordsOf(again)).to.include('none of your codes, or it was used before')
      expect(answerOf(await use(other!.replaceAll('-', ' ')))).to.have.property('code')
    })

    it('count once, of several sign-ins that use one at the same time', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const [code] = await addRecoveryCodes(at.server, account)
      const all = []
      for (let times = 0; times < 8; times += 1) all.push(await at.afterPassword(account.email))
      const ends = await Promise.all(
        all.map(({ visitor, page }) => visitor.post(`${attemptOf(page)}/prove/recovery-codes`, { code: code! })),
      )
      expect(ends.filter(end => end.url.searchParams.has('code'))).to.have.length(1)
    })

    it('are offered anew to who has used one and has few left, as often as that is so, and not to others', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const codes = await addRecoveryCodes(at.server, account)
      const use = async (code: string) => {
        const { visitor, page } = await at.afterPassword(account.email)
        return { visitor, page: await visitor.post(`${attemptOf(page)}/prove/recovery-codes`, { code }) }
      }
      for (const code of codes.slice(0, 6)) expect(answerOf((await use(code)).page)).to.have.property('code')
      const put = await use(codes[6]!)
      expect(wordsOf(put.page)).to.include('You have few codes left')
      expect(answerOf(await put.visitor.submit(put.page, '/skip'))).to.have.property('code')

      moveClock(60_000)
      const byApp = await at.afterPassword(account.email)
      expect(answerOf(await byApp.visitor.submit(byApp.page, '/prove/totp', { code: app.code() }))).to.have.property(
        'code',
      )

      const { visitor, page } = await use(codes[7]!)
      const [fresh] = codesOn(page.html)
      const end = await visitor.submit(page, '/enrol/recovery-codes', { saved: 'yes' })
      expect(answerOf(end)).to.have.property('code')
      expect((await use(codes[8]!)).page.status).to.equal(400)
      expect(answerOf((await use(fresh!)).page)).to.have.property('code')
    })

    it('are kept as hashes, and new ones end the old ones', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const old = await addRecoveryCodes(at.server, account)
      await addRecoveryCodes(at.server, account)
      const { credentials } = at.server.app.methodServices
      const stored = JSON.stringify(await credentials.get(`recovery-codes:${account.id}`))
      for (const code of old) expect(stored).to.not.include(code).and.to.not.include(code.replaceAll('-', ''))
      const { visitor, page } = await at.afterPassword(account.email)
      expect((await visitor.post(`${attemptOf(page)}/prove/recovery-codes`, { code: old[0]! })).status).to.equal(400)
    })
  })
})

function codesOn(html: string): string[] {
  return [...html.matchAll(/<li><code>([a-z0-9-]+)<\/code>/g)].map(([, code]) => code!)
}
