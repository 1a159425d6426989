// What a code flow on a live session costs the store. A call more is a decision: whoever adds one changes this list, and
// says why.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { countCalls, type CountedStore } from '../support/count-calls.ts'
import { authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { authorization, codeOf, redeem, signIn, signInForTokens } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

describe('store calls', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let counted: CountedStore
    let client: ClientView
    let visitor: Visitor

    before(async () => {
      server = await startServer({
        store: await openUrl(),
        wrapStore: store => (counted = countCalls(store)).store,
      })
      client = await server.register('web')
      const { email } = await server.person()
      visitor = (await signInForTokens(server, client, email)).visitor
      counted.ofRequests(server.server)
    })
    after(() => server?.close())

    /** The calls of one request, by collection and verb. */
    async function expectCalls<T>(expected: Record<string, number>, run: () => Promise<T>): Promise<T> {
      counted.reset()
      const result = await run()
      expect(Object.fromEntries(counted.calls)).to.deep.equal(expected)
      return result
    }

    it('of a sign-in by password: what is enrolled is looked at once for the password, once for all else', async () => {
      const { email } = await server.person()
      const { url } = authorization(server, await server.register('web', { first_party: true }))
      const browser = new Visitor(server.issuer)
      const page = await browser.open(url)
      counted.reset()
      await signIn(browser, page, email)
      const all = [...counted.calls].filter(([call]) => /credentials|devices|challenges/.test(call))
      expect(Object.fromEntries(all)).to.deep.equal({
        'credentials.get': 1,
        'credentials.list': 1,
        // A browser that is as it was is read alone, and makes no commit; this one is new.
        'devices.get': 1,
        'devices.upsert': 1,
        // Of a new browser alone, beside the answer: whether there are others, so that the owner is to be told of it.
        'devices.list': 1,
      })
    })

    it('of an authorization request, a code, and what the tokens are used for', async () => {
      const { page, codeVerifier } = await expectCalls(
        {
          'clients.get': 1,
          'sessions.get': 1,
          'accounts.get': 1,
          'grants.get': 1,
          'signIns.get': 1,
          'policies.get': 1,
          'authorizationCodes.insert': 1,
          // Read, merged and found unchanged: nothing is written.
          'sessions.upsert': 1,
        },
        () => authorize(server, client, {}, visitor),
      )
      const { body } = await expectCalls(
        {
          'clients.get': 1,
          'authorizationCodes.get': 1,
          'sessions.get': 1,
          // Whether the session has ended: a store of sessions may lose its latest writes, our record lasts.
          'signIns.get': 1,
          'grants.get': 1,
          'authorizationCodes.update': 1,
          'accounts.get': 1,
          'accessTokens.insert': 1,
          'refreshTokens.insert': 1,
          'audit.insert': 1,
        },
        () => redeem(server, client, codeOf(page), codeVerifier),
      )
      const reading = {
        'clients.get': 1,
        'accessTokens.get': 1,
        'sessions.get': 1,
        'signIns.get': 1,
        'accounts.get': 1,
        'grants.get': 1,
      }
      await expectCalls(reading, () => userinfo(server, body.access_token))
      // Without a hint all the same: a token tells its kind.
      await expectCalls(reading, () => introspect(server, client, body.access_token))
      await expectCalls(
        {
          'clients.get': 1,
          'refreshTokens.get': 1,
          'sessions.get': 1,
          'signIns.get': 1,
          'grants.get': 1,
          'accounts.get': 1,
          'refreshTokens.update': 1,
          'refreshTokens.insert': 1,
          'accessTokens.insert': 1,
        },
        () => refresh(server, client, body.refresh_token),
      )
    })
  })
})
