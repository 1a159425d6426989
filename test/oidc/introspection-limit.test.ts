import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { introspect } from '../support/endpoints.ts'
import { eachEngine, WITH_REDIS } from '../support/engines.ts'
import { signInForTokens } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('introspection of what is no token', () => {
  eachEngine((_name, openUrl, env) => {
    let server: TestServer
    let client: ClientView
    let token: string

    before(async () => {
      const store = await openUrl()
      server = await startServer({ store, env: { ...env, LATCHKEY_LIMITS: 'introspect.client=3/5m' } })
      client = await server.register('web')
      token = (await signInForTokens(server, client, (await server.person()).email)).tokens.access_token
    })
    after(() => server?.close())
    afterEach(resetClock)

    const statuses = async (times: number, asked: string, by = client) => {
      const all: number[] = []
      for (let count = 0; count < times; count += 1) all.push((await introspect(server, by, asked)).status)
      return all
    }

    it('has an end for the app, with the time to wait, while real tokens are answered and other apps too', async () => {
      // The one that passes the limit is the last that is answered.
      expect(await statuses(5, 'made-up')).to.deep.equal([200, 200, 200, 200, 429])
      const { status, body, headers } = await introspect(server, client, `${token}x`)
      expect([status, body.error, body.active]).to.deep.equal([429, 'temporarily_unavailable', undefined])
      expect(Number(headers.get('retry-after'))).to.be.within(1, 300)
      expect((await introspect(server, client, token)).body.active).to.equal(true)
      expect(await statuses(1, 'made-up', await server.register('service'))).to.deep.equal([200])

      const { items } = await server.app.events.list({ limit: 100, order: 'desc' })
      const locks = items.filter(({ type }) => type === 'client.locked')
      expect(locks.map(({ clientId, details }) => [clientId, details.limit])).to.deep.equal([
        [client.client_id, 'introspect.client'],
      ])
      moveClock(301_000)
      expect(await statuses(1, 'made-up')).to.deep.equal([200])
    })

    it('is not what real tokens are counted by', async () => {
      const other = await server.register('web')
      const { tokens } = await signInForTokens(server, other, (await server.person()).email)
      expect(await statuses(8, tokens.access_token, other)).to.deep.equal(Array<number>(8).fill(200))
      expect(await statuses(1, 'made-up', other)).to.deep.equal([200])
    })
  }, WITH_REDIS)

  it('has no end where its limit is switched off', async () => {
    const server = await startServer({ env: { LATCHKEY_LIMITS: 'introspect.client=off' } })
    try {
      const client = await server.register('web')
      for (let count = 0; count < 8; count += 1)
        expect((await introspect(server, client, 'made-up')).body).to.deep.equal({ active: false })
    } finally {
      await server.close()
    }
  })
})
