// The management port: health by area, each rule for 503 brought about for real.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect } from 'chai'
import { keyDeclaration } from '../../src/oidc/keys/keys.ts'
import { runMain } from '../support/child.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorization, signIn } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newNumber, startSmsWebhook } from '../support/sms.ts'
import { Visitor } from '../support/visitor.ts'

const DAY = 24 * 60 * 60 * 1000
const AREAS = ['/health/auth/login', '/health/sessions', '/health/security', '/health/tokens']

interface Health {
  status: string
  checks: Record<string, { ok: boolean; [fact: string]: unknown }>
}

describe('the management port', () => {
  let server: TestServer
  beforeEach(async () => {
    server = await startServer({ jobs: false, env: { LATCHKEY_MANAGEMENT_PORT: '0', LATCHKEY_GLOBAL_FAILURES: '3' } })
  })
  afterEach(async () => {
    resetClock()
    await server.close()
  })

  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.managementPort}${path}`, init)
  async function health(path: string): Promise<Health & { code: number }> {
    const answer = await ask(path)
    return { code: answer.status, ...((await answer.json()) as Health) }
  }
  const failing = ({ checks }: Health) =>
    Object.entries(checks)
      .filter(([, { ok }]) => !ok)
      .map(([name]) => name)

  it('answers 200 with each check of each area while all is well', async () => {
    const checks: Record<string, string[]> = {}
    for (const path of ['/healthz', '/readyz', ...AREAS]) {
      const answer = await health(path)
      expect(answer, path).to.include({ code: 200, status: 'ok' })
      checks[path] = Object.keys(answer.checks)
    }
    expect(checks).to.deep.equal({
      '/healthz': [],
      '/readyz': ['ready'],
      '/health/auth/login': ['store', 'hashing', 'mail'],
      '/health/sessions': ['sessions', 'signIns', 'live'],
      '/health/security': ['audit', 'failures', 'locks', 'keys'],
      '/health/tokens': ['signing', 'opening', 'codes', 'accessTokens', 'refreshTokens', 'serviceTokens'],
    })
    expect((await ask('/healthz')).headers.get('cache-control')).to.equal('no-store')
  })

  it('has no login and no security while nothing can be written, and says so in time', async () => {
    const other = new DatabaseSync(join(server.env.LATCHKEY_DATA_DIR!, 'latchkey.db'))
    other.exec('BEGIN IMMEDIATE')
    const [login, security, sessions, live] = await Promise.all(
      ['/health/auth/login', '/health/security', '/health/sessions', '/healthz'].map(health),
    )
    other.exec('ROLLBACK')
    other.close()
    expect(login).to.include({ code: 503, status: 'unavailable' })
    expect(failing(login!)).to.deep.equal(['store'])
    expect(failing(security!)).to.deep.equal(['audit'])
    expect([sessions!.code, live!.code]).to.deep.equal([200, 200])
    expect(await health('/health/auth/login')).to.include({ code: 200 })
  })

  it('has no login after three mails in a row that could not be sent, until one can', async () => {
    const views = ['already-registered', { brandName: 'x', email: 'a@example.com', startedFrom: 'x' }] as const
    await server.mailbox.close()
    const post = async (times: number) => {
      for (let time = 0; time < times; time += 1) await server.app.postbox.post('a@example.com', ...views)
      await server.app.postbox.settled()
      // What failed is due again within seconds, and not meanwhile.
      moveClock(-10_000)
    }
    await post(2)
    expect(await health('/health/auth/login')).to.include({ code: 200 })
    await post(1)
    const down = await health('/health/auth/login')
    expect(down.code).to.equal(503)
    expect(down.checks.mail).to.include({ ok: false, failing: 3 })
  })

  it('has no login after three text messages in a row that could not be sent, until one can, or a while has passed', async () => {
    const texts = await startSmsWebhook()
    const texting = await startServer({ jobs: false, env: { LATCHKEY_MANAGEMENT_PORT: '0', LATCHKEY_SMS: texts.url } })
    try {
      const login = async () => {
        const response = await fetch(`http://127.0.0.1:${texting.managementPort}/health/auth/login`)
        const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean; failing: number }> }
        return [response.status, checks.sms!.failing]
      }
      const text = async (status?: number) => {
        if (status) texts.refuseNext(status)
        const to = newNumber()
        await texting.app.postbox.text({ name: 'sms-code', accountId: undefined, to, text: 'x', lasts: 300 })
        await texting.app.postbox.settled()
        moveClock(-10_000)
      }
      for (const status of [500, 500, 422]) await text(status)
      expect(await login()).to.deep.equal([200, 2])
      await text(500)
      expect(await login()).to.deep.equal([503, 3])
      await text()
      expect(await login()).to.deep.equal([200, 0])
      for (const status of [500, 500, 500]) await text(status)
      expect(await login()).to.deep.equal([503, 3])
      moveClock(16 * 60_000)
      await texting.app.postbox.sendDue()
      expect(await login()).to.deep.equal([200, 3])
    } finally {
      resetClock()
      await texting.close()
      await texts.close()
    }
  })

  it('has no security once everyone’s failures are used up: nobody can sign in by password', async () => {
    const client = await server.register('web')
    const visitor = new Visitor(server.issuer)
    const page = await visitor.open(authorization(server, client).url)
    for (const name of ['a', 'b', 'c']) await signIn(visitor, page, name, 'wrong')
    expect((await health('/health/security')).checks.failures).to.deep.equal({ ok: true, count: 3, max: 3 })
    await signIn(visitor, page, 'd', 'wrong')
    const answer = await health('/health/security')
    expect(answer.code).to.equal(503)
    expect(failing(answer)).to.deep.equal(['failures'])
  })

  it('has no security once keys that should have been renewed still sign a day later', async () => {
    moveClock(90 * DAY + DAY / 2)
    expect(await health('/health/security')).to.include({ code: 200 })
    moveClock(DAY)
    const answer = await health('/health/security')
    expect(answer.code).to.equal(503)
    expect(failing(answer)).to.deep.equal(['keys'])
  })

  it('has no tokens without a key for each algorithm', async () => {
    await server.app.store
      .collection(keyDeclaration)
      .update('signing', ring => ({ ...ring, keys: ring.keys.filter(({ type }) => type !== 'ES256') }))
    const answer = await health('/health/tokens')
    expect(answer.code).to.equal(503)
    expect(answer.checks.signing).to.deep.equal({ ok: false, keys: ['EdDSA', 'RS256'], missing: ['ES256'] })
  })

  it('is not ready while the server stops', async () => {
    server.app.beginDraining()
    expect(await health('/readyz')).to.include({ code: 503 })
    expect(await health('/healthz')).to.include({ code: 200 })
  })

  it('has nothing else, takes no POST, and is on no port that people reach', async () => {
    expect((await ask('/health/nothing')).status).to.equal(404)
    expect((await ask('/authorize')).status).to.equal(404)
    expect((await ask('/metrics', { method: 'POST' })).status).to.equal(405)
    for (const path of ['/metrics', ...AREAS]) expect((await fetch(server.issuer + path)).status, path).to.equal(404)
  })

  it('is not there unless it is asked for; the same port as the main one is refused', async () => {
    const plain = await startServer()
    expect(plain.managementPort).to.equal(undefined)
    await plain.close()
    const { code, stderr } = await runMain({
      ...server.env,
      LATCHKEY_PORT: '3999',
      LATCHKEY_ISSUER: 'http://localhost:3999',
      LATCHKEY_MANAGEMENT_PORT: '3999',
    })
    expect(code).to.equal(1)
    expect(stderr).to.equal(
      'LATCHKEY_MANAGEMENT_PORT: expected another port than LATCHKEY_PORT, which people reach, got 3999 for both\n',
    )
  })

  it('that is taken already stops the start, in words', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const ended = await runMain({ ...server.env, LATCHKEY_PORT: '0', LATCHKEY_MANAGEMENT_PORT: String(port) })
    taken.close()
    expect(ended.code).to.equal(1)
    expect(ended.stderr).to.equal(`port ${port} is in use: stop what listens there, or set LATCHKEY_MANAGEMENT_PORT\n`)
  })
})
