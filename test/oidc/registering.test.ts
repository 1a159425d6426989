import { expect } from 'chai'
import { Refused } from '../../src/lib/errors.ts'
import { tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('registering apps', () => {
  let server: TestServer
  before(async () => (server = await startServer()))
  after(() => server.close())

  async function refusal(work: Promise<unknown>): Promise<Refused> {
    const error = await work.catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(Refused)
    return error as Refused
  }

  it('lets no public client go without PKCE', async () => {
    const { hint } = await refusal(server.register('spa', { require_pkce: false }))
    expect(hint).to.equal('require_pkce can only be false for a client that authenticates')
  })

  it('names a taken id, of many at the same time too', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => server.register('web', { client_id: 'taken' })),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
    expect((await refusal(server.register('web', { client_id: 'taken' }))).code).to.equal('client.taken')
  })

  it('gives a public client that becomes confidential a secret, once, which works', async () => {
    const { client_id } = await server.register('spa', { grant_types: ['authorization_code', 'client_credentials'] })
    const changed = await server.app.clients.update(client_id, { token_endpoint_auth_method: 'client_secret_basic' })
    expect(changed.client_secret).to.be.a('string')
    expect((await tokenRequest(server, changed, { grant_type: 'client_credentials' })).status).to.equal(200)
    expect(await server.app.clients.update(client_id, { client_name: 'Again' })).to.not.have.property('client_secret')
  })

  it('leaves no entry of a change that was refused', async () => {
    const { client_id } = await server.register('web')
    await refusal(server.app.clients.update(client_id, { redirect_uris: ['javascript:alert(1)'] }))
    const { items } = await server.app.events.list({ limit: 100, order: 'desc' })
    expect(items.filter(entry => entry.clientId === client_id).map(entry => entry.type)).to.deep.equal([
      'client.created',
    ])
  })

  it('keeps the old secret for a day beside the new one, and no older one', async () => {
    const first = await server.register('service')
    const second = await server.app.clients.rotateSecret(first.client_id)
    const third = await server.app.clients.rotateSecret(first.client_id)
    const status = async (client: typeof first) =>
      (await tokenRequest(server, client, { grant_type: 'client_credentials' })).status
    expect([await status(first), await status(second), await status(third)]).to.deep.equal([401, 200, 200])
  })

  it('removes for good: its tokens count no more, anywhere, and its id is nobody else’s', async () => {
    const api = 'https://api.example.com'
    const resources = JSON.stringify([{ identifier: api, scopes: ['read'], format: 'opaque' }])
    const own = await startServer({ env: { LATCHKEY_RESOURCES: resources } })
    try {
      const client = await own.register('service', { allowed_resources: [api] })
      const guardian = await own.register('service', { introspection_audiences: [api] })
      const fields = { grant_type: 'client_credentials', resource: api, scope: 'read' }
      const { body } = await tokenRequest(own, client, fields)
      const introspect = () => tokenRequest(own, guardian, { token: body.access_token }, '/introspect')
      expect((await introspect()).body.active).to.equal(true)

      await own.app.clients.remove(client.client_id)
      expect(await introspect()).to.deep.include({ status: 200, body: { active: false } })
      expect((await tokenRequest(own, client, fields)).status).to.equal(401)
      expect((await refusal(own.register('web', { client_id: client.client_id }))).code).to.equal('client.taken')
      expect((await refusal(own.app.clients.show(client.client_id))).code).to.equal('client.unknown')
      const { items } = await own.app.clients.list({ limit: 10 })
      expect(items.map(item => item.client_id)).to.not.include(client.client_id)
    } finally {
      await own.close()
    }
  })
})
