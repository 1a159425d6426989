// What was proven by something that the account no longer has: it counts in no session any more.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { openConsole, SECURITY } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, claimsIn, introspect } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { passkeyRecordId } from '../../src/methods/passkey/data.ts'
import { addTotp, type Authenticator } from '../support/factors.ts'
import { codeOf, redeem } from '../support/flow.ts'
import { addPasskey, usePasskey } from '../support/passkeys.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import type { SoftAuthenticator } from '../support/soft-authenticator.ts'
import { wordsOf, type VisitedPage, type Visitor } from '../support/visitor.ts'

const TWO = 'urn:latchkey:acr:2'
const essential = (acr: string) => ({
  claims: JSON.stringify({ id_token: { acr: { essential: true, values: [acr] } } }),
})

describe('a factor that was removed', () => {
  eachEngine((_, openUrl) => {
    let server: TestServer
    let client: ClientView
    let person: Account

    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web', { first_party: true })
    })
    beforeEach(async () => {
      person = await server.person()
    })
    afterEach(resetClock)
    after(() => server?.close())

    const silently = async (visitor: Visitor, params = {}) =>
      (await authorize(server, client, { prompt: 'none', ...params }, visitor)).page
    const nextMoment = () => moveClock(60_000)

    async function byPassword(visitor: Visitor, page: VisitedPage): Promise<VisitedPage> {
      const asked = await visitor.submit(page, '/identify', { identifier: person.email })
      return visitor.submit(asked, '/prove/password', { password: PASSWORD })
    }
    async function byTotp(app: Authenticator): Promise<Visitor> {
      nextMoment()
      const { visitor, page } = await authorize(server, client)
      codeOf(await visitor.submit(await byPassword(visitor, page), '/prove/totp', { code: app.code() }))
      return visitor
    }
    async function byPasskey(key: SoftAuthenticator): Promise<{ visitor: Visitor; accessToken: string }> {
      const { visitor, page, codeVerifier } = await authorize(server, client)
      const { body } = await redeem(server, client, codeOf(await usePasskey(visitor, page, key)), codeVerifier)
      return { visitor, accessToken: body.access_token }
    }
    /** At the console. */
    async function remove(
      visitor: Visitor,
      method: string,
      credentialId = `${method}:${person.id}`,
    ): Promise<VisitedPage> {
      const url = `${SECURITY}/${method}/${encodeURIComponent(credentialId)}/remove`
      await visitor.open(SECURITY)
      return visitor.submit(await visitor.open(url), '/remove')
    }
    const recordOf = ({ keys }: SoftAuthenticator) => passkeyRecordId(keys[0]!.id)

    it('makes no second step in any session any more: what needs one asks anew, all else goes on', async () => {
      const app = await addTotp(server, person)
      const [here, elsewhere] = [await byTotp(app), await byTotp(app)]
      codeOf(await silently(elsewhere, essential(TWO)))
      expect(wordsOf(await remove(here, 'totp'))).to.include('Removed.')

      for (const visitor of [here, elsewhere]) {
        expect(answerOf(await silently(visitor, essential(TWO))).error).to.equal('unmet_authentication_requirements')
        codeOf(await silently(visitor))
      }
      // Nor do the old proofs stand for the app that takes its place.
      const another = await addTotp(server, person)
      nextMoment()
      expect(answerOf(await silently(elsewhere, essential(TWO))).error).to.equal('login_required')
      const { page, codeVerifier } = await authorize(server, client, essential(TWO), elsewhere)
      const end = await elsewhere.submit(page, '/prove/totp', { code: another.code() })
      const { body } = await redeem(server, client, codeOf(end), codeVerifier)
      expect(claimsIn(body.id_token)).to.include({ acr: TWO })
    })

    it('ends the other sessions that it signed in, and leaves those of another passkey', async () => {
      const lost = await addPasskey(server, person)
      nextMoment()
      const kept = await addPasskey(server, person)
      const [byLost, byKept] = [await byPasskey(lost), await byPasskey(kept)]
      const answer = await remove(byKept.visitor, 'passkey', recordOf(lost))
      expect(wordsOf(answer)).to.include('Removed.')

      expect(answerOf(await silently(byLost.visitor)).error).to.equal('login_required')
      expect((await introspect(server, client, byLost.accessToken)).body.active).to.equal(false)
      codeOf(await silently(byKept.visitor, essential('phr')))
      expect((await introspect(server, client, byKept.accessToken)).body.active).to.equal(true)
      const { items } = await server.app.events.ofAccount(person.id, { limit: 50 })
      const ends = items.filter(({ type }) => type === 'session.ended').map(({ details }) => details)
      expect(ends).to.deep.equal([{ reason: 'factor_removed' }])
    })

    it('asks who removed what they had signed in with to sign in by something else', async () => {
      const key = await addPasskey(server, person)
      const { visitor } = await byPasskey(key)
      const asked = await remove(visitor, 'passkey', recordOf(key))
      expect(asked.html).to.include('/prove/password"')
      expect(answerOf(await silently(visitor)).error).to.equal('login_required')
    })

    it('ends sessions by a password that is gone, but not the one in which it was removed', async () => {
      await addPasskey(server, person)
      const elsewhere = await openConsole(server, person.email)
      const { visitor } = await byPasskey(await addPasskey(server, person))
      expect(wordsOf(await remove(visitor, 'password'))).to.include('Removed.')
      expect((await elsewhere.visitor.send('GET', SECURITY)).status).to.equal(303)
      expect((await visitor.send('GET', SECURITY)).status).to.equal(200)
    })

    it('does not finish a sign-in that was under way by it', async () => {
      const app = await addTotp(server, person)
      const here = await byTotp(app)
      nextMoment()
      const third = await server.register('web')
      const { visitor, page } = await authorize(server, third, essential(TWO))
      const consent = await visitor.submit(await byPassword(visitor, page), '/prove/totp', { code: app.code() })
      expect(consent.html).to.include('name="decision"')
      await remove(here, 'totp')
      const end = await visitor.submit(consent, '/consent', { decision: 'allow', scope: ['profile'] })
      expect(answerOf(end).error).to.equal('unmet_authentication_requirements')
    })
  })
})
