import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createGuardedFetch } from '../../src/lib/fetch.ts'

describe('guarded fetch', () => {
  let server: Server
  let port: number

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end()
      else response.end('reached')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => server.close())

  async function failure(url: string, allowed: string[] = []): Promise<string> {
    try {
      await createGuardedFetch(allowed)(url)
    } catch (error) {
      const { message, cause } = error as Error
      return `${message} ${cause instanceof Error ? cause.message : ''}`
    }
    throw new Error(`${url} was reached`)
  }

  for (const host of [
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    'localhost',
    '169.254.169.254',
    '10.0.0.1',
    '[fd00::1]',
  ]) {
    it(`does not reach ${host}`, async () => {
      expect(await failure(`http://${host}:${port}/`)).to.match(/private network/)
    })
  }

  it('reaches a network that was opened, by address and by name', async () => {
    const fetch = createGuardedFetch(['127.0.0.0/8', '::1/128'])
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).to.equal('reached')
    expect(await (await fetch(`http://localhost:${port}/`)).text()).to.equal('reached')
  })

  it('opens no other network with it', async () => {
    expect(await failure('http://10.0.0.1/', ['127.0.0.0/8'])).to.match(/private network/)
  })

  it('follows no redirect', async () => {
    expect(await failure(`http://127.0.0.1:${port}/redirect`, ['127.0.0.0/8'])).to.match(/redirect/)
  })
})
