// The offer of a passkey after a password: only to a browser that could keep one, once, and also without asking.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { eachEngine } from '../support/engines.ts'
import { authorize, claimsIn } from '../support/endpoints.ts'
import { attemptOf, codeOf, redeem } from '../support/flow.ts'
import { creationOptionsOn } from '../support/passkeys.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { SoftAuthenticator, type Lies } from '../support/soft-authenticator.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

describe('the offer of a passkey', () => {
  eachEngine((_, openUrl) => {
    let server: TestServer
    let client: ClientView
    let person: Account

    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web', { first_party: true })
    })
    after(() => server?.close())
    beforeEach(async () => {
      person = await server.person()
    })

    async function afterPassword(able: string[], visitor = new Visitor(server.issuer)) {
      const { page, codeVerifier } = await authorize(server, client, { prompt: 'login' }, visitor)
      const first = page.html.includes('name="identifier"') ? page : await visitor.submit(page, '/switch')
      const asked = await visitor.submit(first, '/identify', { identifier: person.email, able })
      return { visitor, codeVerifier, page: await visitor.submit(asked, '/prove/password', { password: PASSWORD }) }
    }
    const isOffered = (page: VisitedPage) => wordsOf(page).includes('Sign in faster next time?')
    const claimsOf = async (end: VisitedPage, codeVerifier: string) =>
      claimsIn((await redeem(server, client, codeOf(end), codeVerifier)).body.id_token)
    const own = async () =>
      (await server.app.methodServices.credentials.list({ accountId: person.id }, { limit: 9 })).items.filter(
        ({ method }) => method === 'passkey',
      )
    const make = (visitor: Visitor, page: VisitedPage, lies: Lies, fields: Record<string, string> = {}) => {
      const key = new SoftAuthenticator({ origin: server.issuer })
      const response = JSON.stringify(key.create(creationOptionsOn(page), lies))
      return visitor.post(`${attemptOf(page)}/enrol/passkey`, { response, ...fields })
    }

    it('is made to a browser that says it could keep one, and to no other', async () => {
      for (const able of [[], [''], ['password'], ['__proto__']]) codeOf((await afterPassword(able)).page)
      expect(isOffered((await afterPassword(['passkey'])).page)).to.equal(true)
    })

    it('is not made to who has one', async () => {
      const { visitor, page } = await afterPassword(['passkey'])
      codeOf(await make(visitor, page, {}))
      codeOf((await afterPassword(['passkey'])).page)
    })

    it('declined is not made again in that browser, and is in another', async () => {
      const { visitor, page } = await afterPassword(['passkey'])
      codeOf(await visitor.submit(page, '/skip'))
      codeOf((await afterPassword(['passkey'], visitor)).page)
      expect(isOffered((await afterPassword(['passkey'])).page)).to.equal(true)
    })

    it('accepted counts at once, as what it is', async () => {
      const { visitor, page, codeVerifier } = await afterPassword(['passkey'])
      const claims = await claimsOf(await make(visitor, page, {}), codeVerifier)
      expect(claims.acr).to.equal('phr')
      expect(claims.amr).to.deep.equal(['pwd', 'pop', 'swk', 'user', 'mfa'])
    })

    it('taken up by the browser alone makes one, and proves nothing: nobody was asked', async () => {
      const { visitor, page, codeVerifier } = await afterPassword(['passkey'])
      const quiet = { userPresent: false, userVerified: false }
      const claims = await claimsOf(await make(visitor, page, quiet, { quietly: 'yes' }), codeVerifier)
      expect(claims).to.include({ acr: 'urn:latchkey:acr:1' })
      expect(claims.amr).to.deep.equal(['pwd'])
      expect(await own()).to.have.length(1)
    })

    it('takes no passkey that nobody touched, unless that was asked for', async () => {
      const { visitor, page } = await afterPassword(['passkey'])
      expect((await make(visitor, page, { userPresent: false })).status).to.equal(400)
      expect(await own()).to.deep.equal([])
    })

    it('takes one answer once', async () => {
      const { visitor, page } = await afterPassword(['passkey'])
      const key = new SoftAuthenticator({ origin: server.issuer })
      const response = JSON.stringify(key.create(creationOptionsOn(page)))
      await Promise.all(
        Array.from({ length: 10 }, () => visitor.send('POST', `${attemptOf(page)}/enrol/passkey`, { response })),
      )
      expect(await own()).to.have.length(1)
      // Nor does it bring back, in another sign-in, what was removed.
      await server.app.methodServices.credentials.remove((await own())[0]!.id)
      const again = await afterPassword(['passkey'])
      const refused = await again.visitor.post(`${attemptOf(again.page)}/enrol/passkey`, { response })
      expect(refused.status).to.equal(400)
      expect(await own()).to.deep.equal([])
    })
  })
})
