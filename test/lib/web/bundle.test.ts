import { expect } from 'chai'
import { startServer, type TestServer } from '../../support/server.ts'

const WORKER = '/assets/strength-worker.js'

describe('the script that measures passwords', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  const get = (encoding: string, method = 'GET') =>
    fetch(server.issuer + WORKER, { method, headers: { 'accept-encoding': encoding } })

  it('is one script, compressed for who takes that, and the same for who does not', async () => {
    const plain = await (await get('identity')).text()
    expect(plain).to.include('ZxcvbnFactory').and.to.include('addEventListener(')
    const packed = await get('gzip')
    expect(packed.headers.get('content-encoding')).to.equal('gzip')
    expect(packed.headers.get('vary')).to.include('Accept-Encoding')
    expect(packed.headers.get('content-type')).to.equal('text/javascript; charset=utf-8')
    // fetch has unpacked it.
    expect(await packed.text()).to.equal(plain)
  })

  it('answers a HEAD without it, and is posted to by nobody', async () => {
    const head = await get('gzip', 'HEAD')
    expect([head.status, await head.text()]).to.deep.equal([200, ''])
    expect((await get('gzip', 'POST')).status).to.equal(404)
  })
})
