import { expect } from 'chai'
import type { ClientView } from '../../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../../support/clock.ts'
import { answerOf, authorize, claimsIn } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp } from '../../support/factors.ts'
import { codeOf, redeem, signIn } from '../../support/flow.ts'
import { startServer, type TestServer } from '../../support/server.ts'
import { wordsOf } from '../../support/visitor.ts'

describe('signing in with an authenticator app', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let client: ClientView
    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web', { first_party: true })
    })
    after(() => server?.close())
    afterEach(resetClock)

    it('asks whoever has one for its code after the password, and says so in the ID token', async () => {
      const account = await server.person()
      const app = await addTotp(server, account)
      const { visitor, page, codeVerifier } = await authorize(server, client)
      const asked = await signIn(visitor, page, account.email)
      expect(wordsOf(asked)).to.include('Enter the code from your app')
      const end = await visitor.submit(asked, '/prove/totp', { code: app.code() })
      const { body } = await redeem(server, client, codeOf(end), codeVerifier)
      expect(claimsIn(body.id_token)).to.deep.include({ acr: 'urn:latchkey:acr:2', amr: ['pwd', 'otp', 'mfa'] })
    })

    it('takes no code twice, also not in another sign-in, until the next one', async () => {
      const account = await server.person()
      const app = await addTotp(server, account)
      const first = await authorize(server, client)
      const code = app.code()
      const askedFirst = await signIn(first.visitor, first.page, account.email)
      await first.visitor.submit(askedFirst, '/prove/totp', { code })
      const second = await authorize(server, client)
      const asked = await signIn(second.visitor, second.page, account.email)
      const refused = await second.visitor.submit(asked, '/prove/totp', { code })
      expect(refused.status).to.equal(400)
      expect(wordsOf(refused)).to.include('That code was used already')
      moveClock(30_000)
      const end = await second.visitor.submit(refused, '/prove/totp', { code: app.code() })
      expect(answerOf(end)).to.have.property('code')
    })
  })
})
