// offline_access outlives a sign-out only where policy lets it.
import { expect } from 'chai'
import type { PolicyScope } from '../../src/core/policy/policies.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { introspect, refresh, userinfo } from '../support/endpoints.ts'
import { signInForTokens, type Answer } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('tokens with offline_access', () => {
  let server: TestServer
  let client: ClientView
  let email: string

  before(async () => {
    server = await startServer()
    client = await server.register('web')
  })
  after(() => server.close())
  beforeEach(async () => {
    email = (await server.person()).email
  })

  /** Signs in, signs out of the browser by the button with this value, and says what the tokens are worth then. */
  async function afterSignOut(to: ClientView, logout = 'yes') {
    const params = { scope: 'openid offline_access', prompt: 'consent' }
    const { visitor, tokens } = await signInForTokens(server, to, email, { params })
    await visitor.submit(await visitor.open('/logout'), '/logout/confirm', { logout })
    return worth(to, tokens)
  }
  async function worth(to: ClientView, tokens: Answer) {
    return {
      userinfo: (await userinfo(server, tokens.access_token)).status,
      introspection: (await introspect(server, to, tokens.refresh_token)).body.active,
      refresh: (await refresh(server, to, tokens.refresh_token)).status,
    }
  }
  async function withPolicy<T>(scope: PolicyScope, run: () => Promise<T>): Promise<T> {
    await server.app.policies.set(scope, { offlineOutlivesSignOut: false }, 'test')
    try {
      return await run()
    } finally {
      await server.app.policies.set(scope, {}, 'test')
    }
  }
  const alive = { userinfo: 200, introspection: true, refresh: 200 }
  const dead = { userinfo: 401, introspection: false, refresh: 400 }

  it('survive a sign-out of the browser', async () => {
    expect(await afterSignOut(client)).to.deep.equal(alive)
  })

  it('do not survive a sign-out on all devices', async () => {
    expect(await afterSignOut(client, 'everywhere')).to.deep.equal(dead)
  })

  it('end with the session where policy says so for everyone', async () => {
    expect(await withPolicy({ kind: 'everyone' }, () => afterSignOut(client))).to.deep.equal(dead)
    expect(await afterSignOut(client)).to.deep.equal(alive)
  })

  it('end with the session where policy says so for this app, and not for another', async () => {
    const other = await server.register('web')
    const scope = { kind: 'client', name: client.client_id } as const
    await withPolicy(scope, async () => {
      expect(await afterSignOut(client)).to.deep.equal(dead)
      expect(await afterSignOut(other)).to.deep.equal(alive)
    })
  })
})
