// Each request of a stranger's that is let begin is stored: how many of them one network may make.
import { expect } from 'chai'
import { networkOf } from '../../src/lib/network.ts'
import { rules } from '../../src/core/limits/rules.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { authorization, signInForTokens } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Visitor } from '../support/visitor.ts'

const AT_ONCE = 50
const MAX = 1000

describe('sign-ins that one network begins', () => {
  let server: TestServer
  let client: ClientView
  let signedIn: Visitor

  before(async () => {
    server = await startServer({ env: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8,::1' } })
    client = await server.register('web')
    const { email } = await server.person()
    signedIn = (await signInForTokens(server, client, email)).visitor
    for (let begun = 0; begun < MAX; begun += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, () => ask()))
  })
  after(() => server.close())
  afterEach(resetClock)

  /** One request of a stranger's. */
  const ask = (from = '203.0.113.1', accept = 'text/html') =>
    fetch(authorization(server, client).url, { redirect: 'manual', headers: { accept, 'x-forwarded-for': from } })

  it('are refused from the 1001st in ten minutes on, by a page that says how long to wait', async () => {
    const answer = await ask('203.0.113.200')
    const { status, headers } = answer
    expect(status).to.equal(429)
    expect(Number(headers.get('retry-after'))).to.be.within(1, 600)
    expect(headers.get('set-cookie')).to.equal(null)
    expect(await answer.text()).to.include('Too many tries')
    const json = await ask('203.0.113.1', 'application/json')
    expect([json.status, ((await json.json()) as { error: string }).error]).to.deep.equal([
      429,
      'limit.attempt.address',
    ])
  })

  it('count only while they are not finished', async () => {
    const own = await startServer()
    try {
      const app = await own.register('web')
      const { email } = await own.person()
      const limits = own.app.methodServices.limits
      await signInForTokens(own, app, email)
      const count = await limits.count(rules.begun, networkOf('127.0.0.1'))
      expect(count).to.equal(1)
    } finally {
      await own.close()
    }
  })

  it('do not stand in the way of other networks, nor of who is signed in', async () => {
    expect((await ask('198.51.100.1')).status).to.equal(303)
    const { page } = await authorize(server, client, {}, signedIn)
    expect(answerOf(page)).to.have.property('code')
  })

  it('are not those that ask whether anyone is signed in: they store nothing', async () => {
    const answer = await fetch(authorization(server, client, { prompt: 'none' }).url, {
      redirect: 'manual',
      headers: { 'x-forwarded-for': '203.0.113.1' },
    })
    expect(new URL(answer.headers.get('location')!).searchParams.get('error')).to.equal('login_required')
  })

  it('are let in again afterwards', async () => {
    moveClock(600_001)
    expect((await ask()).status).to.equal(303)
  })
})
