// One session is shared by all apps of a browser: what one of them asks less for must not be what another gets.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { Settings } from '../../src/core/policy/settings.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock } from '../support/clock.ts'
import { answerOf, authorize, claimsIn } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp, type Authenticator } from '../support/factors.ts'
import { codeOf, redeem, signIn } from '../support/flow.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'

describe('attacks through an app that asks for less', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    let lax: ClientView
    let account: Account
    let app: Authenticator

    beforeEach(async () => {
      lax = await at.server.register('web', { first_party: true })
      await at.policy({ secondFactor: 'off' }, { kind: 'client', name: lax.client_id })
      account = await at.server.person()
      app = await addTotp(at.server, account)
      moveClock(60_000)
    })

    /** Whoever knows the password and no more, signed in at the lax app. */
    async function throughLax(visitor = new Visitor(at.server.issuer)): Promise<Visitor> {
      const { page } = await authorize(at.server, lax, {}, visitor)
      expect(answerOf(await signIn(visitor, page, account.email))).to.have.property('code')
      return visitor
    }

    const others: Settings[] = [
      {},
      { secondFactor: 'optional' },
      { secondFactor: 'new-device' },
      { secondFactor: 'required' },
      { requiredAcr: 'urn:latchkey:acr:2' },
    ]
    for (const settings of others) {
      const said = Object.entries(settings).map(([name, value]) => `${name}=${value}`)[0] ?? 'nothing'
      it(`goes on to another, of which policy says ${said}: the second factor is asked for, and prompt=none refused`, async () => {
        const strict = await at.server.register('web', { first_party: true })
        await at.policy(settings, { kind: 'client', name: strict.client_id })
        const visitor = await throughLax()
        const silent = await authorize(at.server, strict, { prompt: 'none' }, visitor)
        expect(answerOf(silent.page)).to.have.property('error', 'login_required')
        const { page, codeVerifier } = await authorize(at.server, strict, {}, visitor)
        expect(page.html).to.include('/prove/totp"')
        const end = await visitor.submit(page, '/prove/totp', { code: app.code() })
        const { body } = await redeem(at.server, strict, codeOf(end), codeVerifier)
        expect(claimsIn(body.id_token)).to.have.property('acr', 'urn:latchkey:acr:2')
      })
    }

    it('makes a device known by it: to who asks on new devices it is new', async () => {
      await at.policy({ secondFactor: 'new-device' })
      const browser = await throughLax()
      const later = new Visitor(at.server.issuer)
      for (const name of ['latchkey_device', 'latchkey_device.sig']) later.setCookie(name, browser.cookie(name)!)
      const { page } = await at.afterPassword(account.email, {}, later)
      expect(page.html).to.include('/prove/totp"')
    })

    it('signs in anew there with a session of two factors: what was proven long ago is not issued as of now', async () => {
      const { visitor, page } = await at.afterPassword(account.email)
      await visitor.submit(page, '/prove/totp', { code: app.code() })
      moveClock(3_600_000)
      for (const params of [{ prompt: 'login' }, { max_age: '60' }, { prompt: 'login', acr_values: 'phr' }]) {
        const begun = await authorize(at.server, lax, params, visitor)
        const end = await visitor.submit(begun.page, '/prove/password', { password: PASSWORD })
        const { body } = await redeem(at.server, lax, codeOf(end), begun.codeVerifier)
        expect(claimsIn(body.id_token)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['pwd'] })
        moveClock(3_600_000)
      }
    })

    it('asks for two factors and a sign-in (prompt=login), with a session of both: both are asked for', async () => {
      const { visitor, page } = await at.afterPassword(account.email)
      await visitor.submit(page, '/prove/totp', { code: app.code() })
      moveClock(3_600_000)
      const params = { prompt: 'login', acr_values: 'urn:latchkey:acr:2' }
      const begun = await authorize(at.server, at.client, params, visitor)
      const second = await visitor.submit(begun.page, '/prove/password', { password: PASSWORD })
      expect(second.html).to.include('/prove/totp"')
      const end = await visitor.submit(second, '/prove/totp', { code: app.code() })
      expect(await at.claims(end, begun.codeVerifier)).to.deep.include({
        acr: 'urn:latchkey:acr:2',
        amr: ['pwd', 'otp', 'mfa'],
      })
    })

    it('replaces the app meanwhile: a session that passed the former one by is asked for the new one', async () => {
      const visitor = await throughLax()
      moveClock(60_000)
      await addTotp(at.server, account)
      const { page } = await authorize(at.server, at.client, {}, visitor)
      expect(page.html).to.include('/prove/totp"')
    })

    it('is no reason to stop a session from before the second factor: it goes on', async () => {
      const other = await at.server.person()
      const { visitor } = await at.afterPassword(other.email)
      moveClock(60_000)
      await addTotp(at.server, other)
      const { page } = await authorize(at.server, lax, { prompt: 'none' }, visitor)
      expect(answerOf(page)).to.have.property('code')
    })
  })
})
