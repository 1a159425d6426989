// Signing in with another Latchkey: a real one, with its own pages, accounts and keys.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { ClientView } from '../../../src/oidc/clients/clients.ts'
import { authorize, claimsIn } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { allow, codeOf, redeem, signIn } from '../../support/flow.ts'
import { codeIn } from '../../support/mailbox.ts'
import { startServer, type TestServer } from '../../support/server.ts'
import { leave, withUpstreams } from '../../support/upstreams.ts'
import { Visitor, wordsOf, type VisitedPage } from '../../support/visitor.ts'

eachEngine((_, openUrl) => {
  describe('signing in with another Latchkey', () => {
    let other: TestServer
    let server: TestServer
    let client: ClientView
    before(async () => {
      other = await startServer()
      const app = await other.register('web', { first_party: true })
      const shared = { kind: 'oidc', issuer: other.issuer, clientId: app.client_id, clientSecret: app.client_secret }
      server = await startServer({
        store: await openUrl(),
        env: withUpstreams([
          { ...shared, id: 'other', name: 'Elsewhere', trustEmail: true },
          { ...shared, id: 'doubted', name: 'Doubted' },
        ]),
      })
      const callbacks = ['other', 'doubted'].map(id => `${server.issuer}/upstream/${id}/callback`)
      await other.app.clients.update(app.client_id, { redirect_uris: callbacks })
      client = await server.register('web', { first_party: true })
    })
    after(async () => {
      await server?.close()
      await other?.close()
    })

    /** Signs in there as this person, and comes back. */
    async function comeFrom(id: string, email: string, begun: { visitor: Visitor; page: VisitedPage }) {
      const there = new Visitor(other.issuer)
      const end = await allow(
        there,
        await signIn(there, await there.open(await leave(begun.visitor, begun.page, id)), email),
      )
      return begun.visitor.open(end.url)
    }
    const fresh = () => `${randomBytes(6).toString('hex')}@example.com`

    it('makes an account at the first time, and finds it by who they are there the next time', async () => {
      const { email } = await other.person()
      const first = await authorize(server, client)
      const end = await comeFrom('other', email, first)
      const { body } = await redeem(server, client, codeOf(end), first.codeVerifier)
      const claims = claimsIn(body.id_token)
      expect(claims).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['fed'] })
      const account = (await server.app.accounts.get(claims.sub as string))!
      expect(account).to.deep.include({ email, emailVerified: true, roles: [] })

      // The address moves on, there and here; the person stays who they are.
      await server.app.accounts.change(account.id, known => ({ ...known, email: `moved.${email}` }))
      const again = await authorize(server, client)
      const next = await redeem(server, client, codeOf(await comeFrom('other', email, again)), again.codeVerifier)
      expect(claimsIn(next.body.id_token).sub).to.equal(account.id)
    })

    it('verifies an address that is not trusted, before there is an account', async () => {
      const { email } = await other.person()
      const begun = await authorize(server, client)
      const page = await comeFrom('doubted', email, begun)
      expect(wordsOf(page)).to.include('Check your mail')
      expect(await server.app.accounts.byIdentifier(email)).to.equal(undefined)
      const end = await begun.visitor.submit(page, '/verify', { code: codeIn(await server.mailTo(email)) })
      const { body } = await redeem(server, client, codeOf(end), begun.codeVerifier)
      expect(claimsIn(body.id_token)).to.deep.include({ amr: ['fed'] })
    })

    it('links an account that has the address once its owner has signed in to it', async () => {
      const email = fresh()
      await other.person({ email })
      const account = await server.person({ email })
      const begun = await authorize(server, client)
      const page = await comeFrom('other', email, begun)
      expect(wordsOf(page)).to.include('Elsewhere is added to it')
      const none = await server.app.methodServices.credentials.list({ accountId: account.id }, { limit: 10 })
      expect(none.items.map(({ method }) => method)).to.deep.equal(['password'])
      const end = await begun.visitor.submit(page, '/prove/password', {
        password: 'seven green lanterns over the harbour',
      })
      const { body } = await redeem(server, client, codeOf(end), begun.codeVerifier)
      expect(claimsIn(body.id_token)).to.deep.include({ sub: account.id, amr: ['pwd'] })
      expect((await server.mailTo(email)).text).to.include('Elsewhere')

      const again = await authorize(server, client)
      const next = await redeem(server, client, codeOf(await comeFrom('other', email, again)), again.codeVerifier)
      expect(claimsIn(next.body.id_token)).to.deep.include({ sub: account.id, amr: ['fed'] })
    })

    it('tells whoever has an address that is not trusted nothing of the account that has it', async () => {
      const email = fresh()
      await other.person({ email })
      const account = await server.person({ email })
      const begun = await authorize(server, client)
      const page = await comeFrom('doubted', email, begun)
      expect(wordsOf(page)).to.include('Check your mail')
      expect((await server.mailTo(email)).text).to.not.match(/\b\d{6}\b/)
      const { items } = await server.app.methodServices.credentials.list({ accountId: account.id }, { limit: 10 })
      expect(items.map(({ method }) => method)).to.deep.equal(['password'])
    })

    it('links nobody by half: another account that signs in instead is left as it was', async () => {
      const email = fresh()
      await other.person({ email })
      await server.person({ email })
      const stranger = await server.person()
      const begun = await authorize(server, client)
      const page = await comeFrom('other', email, begun)
      await begun.visitor.submit(page, '/switch')
      const first = await begun.visitor.open(page.url.pathname.split('/').slice(0, 3).join('/'))
      expect(codeOf(await signIn(begun.visitor, first, stranger.email))).to.be.a('string')
      const { items } = await server.app.methodServices.credentials.list({ accountId: stranger.id }, { limit: 10 })
      expect(items.map(({ method }) => method)).to.deep.equal(['password'])
    })
  })
})
