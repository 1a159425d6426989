// From where policy lets people sign in: for everyone, an app, a role and the account console.
import { expect } from 'chai'
import type { PolicyScope } from '../../src/core/policy/policies.ts'
import type { Settings } from '../../src/core/policy/settings.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { eachEngine } from '../support/engines.ts'
import { answerOf } from '../support/endpoints.ts'
import { authorization, signIn } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const HOME = '203.0.113.7'
const ABROAD = '198.51.100.9'
const EVERYONE: PolicyScope = { kind: 'everyone' }

/** A browser that travels: every request of its comes from where it is. */
class Traveller extends Visitor {
  at = HOME

  override send(method: string, address: string | URL, body?: Parameters<Visitor['send']>[2]): Promise<Response> {
    return super.send(method, address, body, { 'x-forwarded-for': this.at })
  }
}

describe('a network that policy names', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let client: ClientView

    before(async () => {
      server = await startServer({ store: await openUrl(), env: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8,::1' } })
      client = await server.register('web', { first_party: true })
    })
    afterEach(async () => {
      for (const scope of [EVERYONE, ofClient(), ADMINS, CONSOLE]) await set(scope, {})
    })
    after(() => server.close())

    const CONSOLE: PolicyScope = { kind: 'guard', name: 'account' }
    const ADMINS: PolicyScope = { kind: 'role', name: 'admin' }
    const ofClient = (): PolicyScope => ({ kind: 'client', name: client.client_id })
    const set = async (scope: PolicyScope, settings: Settings) => {
      const blank = { allowedNetworks: undefined, deniedNetworks: undefined }
      await server.app.policies.set(scope, { ...blank, ...settings }, 'test')
      await server.app.policy.read()
    }
    const from = (address: string) => ({ 'x-forwarded-for': address })
    const ask = (visitor: Visitor, params = {}) => visitor.open(authorization(server, client, params).url)

    async function signInFrom(address: string, email: string) {
      const visitor = new Traveller(server.issuer)
      visitor.at = address
      const page = await ask(visitor)
      return { visitor, page: page.html.includes('name="identifier"') ? await signIn(visitor, page, email) : page }
    }

    it('for an app lets people in from there alone; from elsewhere the app is told access_denied', async () => {
      await set(ofClient(), { allowedNetworks: ['203.0.113.0/24'] })
      const { email } = await server.person()
      const { page, visitor } = await signInFrom(HOME, email)
      expect(answerOf(page)).to.have.property('code')
      // The live session, carried elsewhere, is no way round it.
      visitor.at = ABROAD
      for (const params of [{}, { prompt: 'none' }])
        expect(answerOf(await ask(visitor, params))).to.include({ error: 'access_denied' })
      expect(answerOf((await signInFrom(ABROAD, email)).page)).to.include({ error: 'access_denied' })
    })

    it('for a role shuts out those who have it, and shows nobody else that there is such a rule', async () => {
      await set(ADMINS, { deniedNetworks: [ABROAD] })
      const { email } = await server.person()
      const admin = await server.person()
      await server.app.accounts.change(admin.id, account => ({ ...account, roles: ['admin'], admin: true }))
      expect(answerOf((await signInFrom(ABROAD, email)).page)).to.have.property('code')
      expect(answerOf((await signInFrom(ABROAD, admin.email)).page)).to.include({ error: 'access_denied' })
      expect(answerOf((await signInFrom(HOME, admin.email)).page)).to.have.property('code')
    })

    it('for the account console ends its session elsewhere', async () => {
      const { email } = await server.person()
      const { visitor } = await signInFrom(HOME, email)
      expect((await visitor.open('/account')).url.pathname).to.equal('/account/security')
      await set(CONSOLE, { allowedNetworks: ['203.0.113.0/24'] })
      expect((await visitor.open('/account')).url.pathname).to.equal('/account/security')
      visitor.at = ABROAD
      expect((await visitor.open('/account')).html).not.to.include(email)
    })

    it('for everyone gets no answer at all, of pages as of endpoints, while the rest of the world does', async () => {
      await set(EVERYONE, { deniedNetworks: ['198.51.100.0/24'] })
      for (const path of ['/', '/account', '/token', '/.well-known/openid-configuration', '/assets/latchkey.css']) {
        const answers = await Promise.all(
          [ABROAD, HOME].map(address => fetch(server.issuer + path, { headers: from(address), redirect: 'manual' })),
        )
        expect(answers[0]!.status, path).to.equal(403)
        expect(answers[1]!.status, path).not.to.equal(403)
      }
      const answer = await fetch(server.issuer, { headers: { ...from(ABROAD), accept: 'text/html' } })
      expect(await answer.text()).to.include('Ask the people who run this service')
      expect((await fetch(`${server.issuer}/healthz`, { headers: from(ABROAD) })).status).to.equal(200)
    })
  })
})
