import { expect } from 'chai'
import type { Account } from '../../../src/core/accounts/account.ts'
import { removeCredential } from '../../../src/methods/enrolment.ts'
import { moveClock } from '../../support/clock.ts'
import { answerOf, authorize } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp, type Authenticator } from '../../support/factors.ts'
import { attemptOf } from '../../support/flow.ts'
import { codeIn } from '../../support/mailbox.ts'
import { addPasskey, creationOptionsOn } from '../../support/passkeys.ts'
import { PASSWORD } from '../../support/server.ts'
import { SoftAuthenticator } from '../../support/soft-authenticator.ts'
import { Visitor, wordsOf } from '../../support/visitor.ts'
import { atSignIn } from './at-sign-in.ts'

const DAY = 86_400_000
const LEVEL_2 = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:latchkey:acr:2' } } })

describe('a device that is remembered for the second factor', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    interface Remembered {
      account: Account
      app: Authenticator
      visitor: Visitor
    }

    async function remembered(): Promise<Remembered> {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      expect(wordsOf(page)).to.include('Do not ask for this on this device for 30 days')
      const end = await visitor.submit(page, '/prove/totp', { code: app.code(), trust: 'yes' })
      expect(answerOf(end)).to.have.property('code')
      return { account, app, visitor: deviceOf(visitor) }
    }

    /** The same browser later: it has lost its session, and holds its lasting cookies. */
    function deviceOf(visitor: Visitor): Visitor {
      const later = new Visitor(at.server.issuer)
      for (const name of ['latchkey_device', 'latchkey_device.sig']) later.setCookie(name, visitor.cookie(name)!)
      return later
    }
    const isAsked = async (email: string, visitor: Visitor, params = {}) =>
      (await at.afterPassword(email, params, visitor)).page.html.includes('/prove/totp"')

    it('is not asked again for 30 days, is one factor, and is asked after them', async () => {
      const { account, visitor } = await remembered()
      moveClock(29 * DAY)
      const { page, codeVerifier } = await at.afterPassword(account.email, {}, visitor)
      expect(await at.claims(page, codeVerifier)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['pwd'] })
      moveClock(DAY)
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(true)
    })

    it('is an entry, with the device and until when; a later sign-in there is none', async () => {
      const { account, visitor } = await remembered()
      const entries = async () =>
        (await at.server.app.events.ofAccount(account.id, { limit: 50 })).items.filter(
          ({ type }) => type === 'device.remembered',
        )
      const [entry] = await entries()
      const [device] = (await at.server.app.devices.ofAccount(account.id, { limit: 1 })).items
      expect(entry).to.include({ deviceId: device!.id, clientId: at.client.client_id })
      expect(entry!.details).to.deep.equal({ until: device!.secondFactorAt! + 30 * DAY })
      await at.afterPassword(account.email, {}, deviceOf(visitor))
      expect(await entries()).to.have.length(1)
    })

    it('is remembered only where the person ticks the box, on the page of the second factor', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await authorize(at.server, at.client)
      const first = await visitor.submit(page, '/identify', { identifier: account.email })
      const second = await visitor.submit(first, '/prove/password', { password: PASSWORD, trust: 'yes' })
      await visitor.submit(second, '/prove/totp', { code: app.code() })
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(true)
    })

    it('never stands for the level that an app insists on: the factor is asked for, and the level issued', async () => {
      const { account, app, visitor } = await remembered()
      moveClock(60_000)
      const { page, codeVerifier } = await at.afterPassword(account.email, { claims: LEVEL_2 }, visitor)
      const end = await visitor.submit(page, '/prove/totp', { code: app.code() })
      expect(await at.claims(end, codeVerifier)).to.have.property('acr', 'urn:latchkey:acr:2')
    })

    it('is remembered for one account: with another, or its cookie in another browser’s hands changed, it is asked', async () => {
      const { account, visitor } = await remembered()
      const other = await at.server.person()
      await addTotp(at.server, other)
      expect(await isAsked(other.email, deviceOf(visitor))).to.equal(true)
      const forged = deviceOf(visitor)
      forged.setCookie('latchkey_device', `${visitor.cookie('latchkey_device')!.slice(0, -1)}x`)
      expect(await isAsked(account.email, forged)).to.equal(true)
    })

    it('is forgotten by a reset of the account, by its revocation, and where policy says so', async () => {
      const { account, visitor } = await remembered()
      await at.policy({ rememberSecondFactor: 3600 })
      moveClock(3_600_000)
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(true)
      await at.policy({})
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(false)

      const { devices } = at.server.app
      const [device] = (await devices.ofAccount(account.id, { limit: 9, order: 'desc' })).items.filter(
        one => one.secondFactorAt,
      )
      expect(await devices.forgetSecondFactor(device!.id, 'somebody else')).to.equal(undefined)
      await devices.forgetSecondFactor(device!.id, account.id)
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(true)

      const again = await remembered()
      moveClock(10_000)
      await at.server.app.accounts.endAllBefore(again.account.id)
      moveClock(2000)
      expect(await isAsked(again.account.email, deviceOf(again.visitor))).to.equal(true)
    })

    it('is forgotten when the second factor is set up anew, and when it is removed', async () => {
      const { account, visitor } = await remembered()
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(false)
      moveClock(10_000)
      await addTotp(at.server, account)
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(true)

      const other = await remembered()
      const { methodServices, events, sessions } = at.server.app
      await addPasskey(at.server, other.account, { verifiesUser: false, synced: false })
      moveClock(70_000)
      const again = await at.afterPassword(other.account.email, {}, other.visitor)
      const proof = { code: other.app.code(), trust: 'yes' }
      await other.visitor.post(`${attemptOf(again.page)}/prove/totp`, proof)
      expect(await isAsked(other.account.email, deviceOf(other.visitor))).to.equal(false)
      moveClock(80_000)
      const services = { ...methodServices, events, endProvenBy: sessions.endProvenBy }
      await removeCredential(services, other.account, `totp:${other.account.id}`, { origin: {} })
      const { page } = await at.afterPassword(other.account.email, {}, deviceOf(other.visitor))
      expect(page.html).to.include('/prove/passkey"')
    })

    it('is not remembered for the password, where that was the second proof', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await authorize(at.server, at.client)
      const uid = attemptOf(page)
      await visitor.submit(page, '/identify', { identifier: account.email })
      await visitor.post(`${uid}/prove/email-code/challenge`, {})
      await visitor.post(`${uid}/prove/email-code`, { code: codeIn(await at.server.mailTo(account.email)) })
      const last = await visitor.post(`${uid}/prove/totp`, { code: app.code() })
      expect(wordsOf(last)).to.include('Enter your password').and.to.not.include('on this device')
      const end = await visitor.submit(last, '/prove/password', { password: PASSWORD, trust: 'yes' })
      expect(answerOf(end)).to.have.property('code')
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(true)
    })

    it('stays remembered when something is set up in the same sign-in', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await authorize(at.server, at.client)
      const asked = await visitor.submit(page, '/identify', { identifier: account.email, able: ['passkey'] })
      const second = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
      const offer = await visitor.submit(second, '/prove/totp', { code: app.code(), trust: 'yes' })
      moveClock(5000)
      const response = JSON.stringify(
        new SoftAuthenticator({ origin: at.server.issuer }).create(creationOptionsOn(offer)),
      )
      const end = await visitor.post(`${attemptOf(offer)}/enrol/passkey`, { response })
      expect(answerOf(end)).to.have.property('code')
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(false)
    })

    it('keeps its session going where policy requires a second factor', async () => {
      const { account, visitor } = await remembered()
      await at.policy({ secondFactor: 'required' })
      await at.afterPassword(account.email, {}, visitor)
      const { page } = await at.afterPassword(account.email, { prompt: 'none' }, visitor)
      expect(answerOf(page)).to.have.property('code')
    })

    it('is known, and so not asked, where policy asks only on new devices', async () => {
      await at.policy({ secondFactor: 'new-device' })
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      await visitor.submit(page, '/prove/totp', { code: app.code() })
      expect(await isAsked(account.email, deviceOf(visitor))).to.equal(false)
      expect(await isAsked(account.email, new Visitor(at.server.issuer))).to.equal(true)
    })
  })
})

describe('a step-up', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    it('asks a live session for exactly what is missing, gives it a new id, and adds up', async () => {
      await at.policy({ secondFactor: 'off' })
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const first = await at.afterPassword(account.email)
      expect(await at.claims(first.page, first.codeVerifier)).to.have.property('acr', 'urn:latchkey:acr:1')
      const stolen = new Visitor(at.server.issuer)
      for (const name of ['latchkey_session', 'latchkey_session.sig'])
        stolen.setCookie(name, first.visitor.cookie(name)!)
      const { visitor, page, codeVerifier } = await at.afterPassword(account.email, { claims: LEVEL_2 }, first.visitor)
      expect(page.html).to.include('/prove/totp"').and.to.not.include('name="password"')
      const end = await visitor.submit(page, '/prove/totp', { code: app.code() })
      expect(await at.claims(end, codeVerifier)).to.deep.include({
        acr: 'urn:latchkey:acr:2',
        amr: ['pwd', 'otp', 'mfa'],
      })
      expect(visitor.cookie('latchkey_session')).to.be.a('string').and.to.not.equal(stolen.cookie('latchkey_session'))
      const silent = await authorize(at.server, at.client, { prompt: 'none' }, stolen)
      expect(answerOf(silent.page)).to.have.property('error', 'login_required')
    })

    it('is kept by the session: a later request for the level is met without the person', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      await visitor.submit(page, '/prove/totp', { code: app.code() })
      const later = await at.afterPassword(account.email, { claims: LEVEL_2, prompt: 'none' }, visitor)
      expect(await at.claims(later.page, later.codeVerifier)).to.have.property('acr', 'urn:latchkey:acr:2')
    })

    it('is asked of prompt=none as login_required', async () => {
      await at.policy({ secondFactor: 'off' })
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor } = await at.afterPassword(account.email)
      const { page } = await at.afterPassword(account.email, { claims: LEVEL_2, prompt: 'none' }, visitor)
      expect(answerOf(page)).to.have.property('error', 'login_required')
    })

    it('asks for the level that one app needs, and leaves the others alone', async () => {
      const strict = await at.server.register('web', { first_party: true })
      await at.policy({ requiredAcr: 'urn:latchkey:acr:2' }, { kind: 'client', name: strict.client_id })
      await at.policy({ secondFactor: 'off' })
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      expect(answerOf(page)).to.have.property('code')
      const other = await authorize(at.server, strict, {}, visitor)
      expect(other.page.html).to.include('/prove/totp"')
    })

    it('is refused with the error of the specification to who has nothing for it', async () => {
      const { email } = await at.server.person()
      for (const value of ['urn:latchkey:acr:2', 'phr']) {
        const claims = JSON.stringify({ id_token: { acr: { essential: true, value } } })
        const { page } = await at.afterPassword(email, { claims })
        expect(answerOf(page)).to.have.property('error', 'unmet_authentication_requirements')
      }
    })

    it('is no way past the person: the step-up of one account is not proven by another’s code', async () => {
      const [mine, theirs] = [await at.server.person(), await at.server.person()]
      const app = await addTotp(at.server, mine)
      await addTotp(at.server, theirs)
      const { visitor, page } = await at.afterPassword(theirs.email)
      const refused = await visitor.post(`${attemptOf(page)}/prove/totp`, { code: app.code() })
      expect(refused.status).to.equal(400)
    })
  })
})
