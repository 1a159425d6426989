// What is set for a guard holds for what is signed in to: apps, the account console, our own API.
import { expect } from 'chai'
import { moveClock } from '../support/clock.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { codeOf, redeem, signIn, tokenRequest } from '../support/flow.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'

const MINUTE = 60_000
const LEVEL_2 = 'urn:latchkey:acr:2'
const GUARDS = ['apps', 'account', 'api', 'admin'] as const

describe('a guard', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    afterEach(async () => {
      for (const name of GUARDS) await at.policy({}, { kind: 'guard', name })
    })
    /** They may lag by the seconds between two looks. */
    const lifetimesSeen = () => at.server.app.policy.read()
    const api = () => `${at.server.issuer}/api`

    it('of the account console asks for its level there, and of no app', async () => {
      await at.policy({ requiredAcr: LEVEL_2, secondFactor: 'optional' }, { kind: 'guard', name: 'account' })
      await at.policy({ secondFactor: 'off' }, { kind: 'guard', name: 'apps' })
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      expect(answerOf(page)).to.have.property('code')
      const asked = await visitor.open('/account')
      expect(asked.html).to.include('/prove/totp"')
      const console = await visitor.submit(asked, '/prove/totp', { code: app.code() })
      expect(console.url.pathname).to.equal('/account/security')
    })

    it('of apps holds for the account console too, where its own says less', async () => {
      await at.policy({ requiredAcr: LEVEL_2 }, { kind: 'guard', name: 'apps' })
      await at.policy({ requiredAcr: 'urn:latchkey:acr:1' }, { kind: 'guard', name: 'account' })
      const account = await at.server.person()
      await addTotp(at.server, account)
      const visitor = new Visitor(at.server.issuer)
      const asked = await signIn(visitor, await visitor.open('/account'), account.email)
      expect(asked.html).to.include('/prove/totp"')
    })

    it('with shorter sessions ends them, and takes no proof of a longer one that apps share', async () => {
      const { email } = await at.server.person()
      const { visitor } = await at.afterPassword(email)
      expect((await visitor.open('/account')).url.pathname).to.equal('/account/security')
      await at.policy({ sessionIdleTtl: 600 }, { kind: 'guard', name: 'account' })
      moveClock(9 * MINUTE)
      expect((await visitor.open('/account')).url.pathname).to.equal('/account/security')
      moveClock(11 * MINUTE)
      const asked = await visitor.open('/account')
      expect(asked.html).to.include('/prove/password"')
      const silent = await authorize(at.server, at.client, { prompt: 'none' }, visitor)
      expect(answerOf(silent.page)).to.have.property('code')
      // Nor for who drops the console's cookies.
      visitor.setCookie('latchkey_account', 'gone')
      expect((await visitor.open('/account')).html).to.include('/prove/password"')
      const again = await visitor.open('/account')
      const console = await visitor.submit(again, '/prove/password', { password: PASSWORD })
      expect(console.url.pathname).to.equal('/account/security')
      expect((await visitor.open('/account')).url.pathname).to.equal('/account/security')
    })

    it('that lets nobody be remembered takes no proof of a remembered session once its own would be over', async () => {
      const { email } = await at.server.person()
      const begun = await authorize(at.server, at.client)
      await signIn(begun.visitor, begun.page, email, PASSWORD, true)
      await at.policy({ rememberAllowed: false }, { kind: 'guard', name: 'account' })
      moveClock(11 * 60 * MINUTE)
      expect((await begun.visitor.open('/account')).url.pathname).to.equal('/account/security')
      moveClock(2 * 60 * MINUTE)
      expect((await begun.visitor.open('/account')).html).to.include('/prove/password"')
      const silent = await authorize(at.server, at.client, { prompt: 'none' }, begun.visitor)
      expect(answerOf(silent.page)).to.have.property('code')
    })

    it('of the API asks for its level of who wants a token for it, and of nobody else', async () => {
      const app = await at.server.register('web', { first_party: true, link_purposes: ['sign-in'] })
      await at.policy({ requiredAcr: LEVEL_2 }, { kind: 'guard', name: 'api' })
      const account = await at.server.person()
      const totp = await addTotp(at.server, account)
      await at.policy({ secondFactor: 'off' })
      const plain = await authorize(at.server, app)
      expect(answerOf(await signIn(plain.visitor, plain.page, account.email))).to.have.property('code')
      const params = { resource: api(), scope: 'openid links' }
      const { page, codeVerifier } = await authorize(at.server, app, params, plain.visitor)
      expect(page.html).to.include('/prove/totp"')
      const end = await plain.visitor.submit(page, '/prove/totp', { code: totp.code() })
      await at.policy({ requiredAcr: LEVEL_2, accessTokenTtl: 90 }, { kind: 'guard', name: 'api' })
      await lifetimesSeen()
      const { body } = await redeem(at.server, app, codeOf(end), codeVerifier, { resource: api() })
      expect(body.expires_in).to.equal(90)
    })

    it('of apps is not passed by by asking for the API', async () => {
      const app = await at.server.register('web', { first_party: true, link_purposes: ['sign-in'] })
      await at.policy({ requiredAcr: LEVEL_2 }, { kind: 'guard', name: 'apps' })
      const { email } = await at.server.person()
      const { visitor, page } = await authorize(at.server, app, { resource: api(), scope: 'openid links' })
      const end = await signIn(visitor, page, email)
      expect(answerOf(end)).to.have.property('error', 'unmet_authentication_requirements')
    })

    it('of the API says how long its tokens live, and that of apps how long theirs', async () => {
      await at.policy({ accessTokenTtl: 60 }, { kind: 'guard', name: 'api' })
      await at.policy({ accessTokenTtl: 120 }, { kind: 'guard', name: 'apps' })
      await lifetimesSeen()
      const service = await at.server.register('service', { link_purposes: ['sign-in'] })
      const lives = async (fields: Record<string, string>) =>
        (await tokenRequest(at.server, service, { grant_type: 'client_credentials', ...fields })).body.expires_in
      expect(await lives({ resource: api(), scope: 'links' })).to.equal(60)
      expect(await lives({})).to.equal(120)
    })

    it('of the API is asked only by clients with a right there', async () => {
      const service = await at.server.register('service')
      const fields = { grant_type: 'client_credentials', resource: api(), scope: 'links' }
      expect((await tokenRequest(at.server, service, fields)).body.error).to.equal('invalid_target')
    })
  })
})
