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
})
