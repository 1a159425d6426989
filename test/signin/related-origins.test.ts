import { expect } from 'chai'
import { startServer, type TestServer } from '../support/server.ts'

const ADDRESS = '/.well-known/webauthn'

describe('related origins', () => {
  let related: TestServer
  let alone: TestServer
  before(async () => {
    const origins = 'https://example.org,https://example.net'
    related = await startServer({ env: { LATCHKEY_RELATED_ORIGINS: origins } })
    alone = await startServer()
  })
  after(async () => {
    await related.close()
    await alone.close()
  })

  it('are told to browsers as JSON, by anybody who asks', async () => {
    const response = await fetch(related.issuer + ADDRESS)
    expect(response.status).to.equal(200)
    expect(response.headers.get('content-type')).to.match(/^application\/json/)
    expect(await response.json()).to.deep.equal({ origins: ['https://example.org', 'https://example.net'] })
  })

  it('are no page where there are none', async () => {
    expect((await fetch(alone.issuer + ADDRESS)).status).to.equal(404)
    expect((await fetch(related.issuer + ADDRESS, { method: 'POST' })).status).to.equal(404)
  })
})
