import { expect } from 'chai'
import { Redis } from 'ioredis'
import { counterDeclaration, createLimits, floodDeclaration, LimitReached } from '../../src/core/limits/limits.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { openStore } from '../../src/storage/open.ts'
import { startRedisServer, type RedisServer } from '../servers/redis-server.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { attemptOf, authorization, codeOf, redeem, signIn, signInForTokens, tokenRequest } from '../support/flow.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { redisOrSkip } from '../support/redis.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

describe('a Redis that goes away', () => {
  let redis: RedisServer
  let server: TestServer
  let client: ClientView

  let proxy: Proxy

  async function setUp(context: Mocha.Context, settings: string[] = []): Promise<void> {
    redis = await redisOrSkip(context, () => startRedisServer(settings))
    proxy = await startProxy('127.0.0.1', redis.port)
    server = await startServer({
      env: { LATCHKEY_REDIS: `redis://127.0.0.1:${proxy.port}`, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1' },
    })
    client = await server.register('web', { first_party: true })
  }
  async function takeDown(): Promise<void> {
    await server?.close()
    await proxy?.close()
    await redis?.remove()
  }

  /** Asks as a load balancer does; the test's own time limit ends it. */
  async function untilReady(): Promise<void> {
    while ((await fetch(`${server.issuer}/readyz`)).status !== 200);
  }
  async function comeBack(): Promise<void> {
    await redis.start()
    await untilReady()
  }
  const silently = (visitor: Visitor) => visitor.open(authorization(server, client, { prompt: 'none' }).url)

  describe('and loses what it held', () => {
    before(function () {
      return setUp(this)
    })
    after(takeDown)

    it('is waited for by whoever needs it, 503, and by nobody else; then each person signs in once more', async () => {
      const { email } = await server.person()
      const known = await signInForTokens(server, client, email)
      const { visitor, page } = await authorize(server, client)
      await visitor.submit(page, '/identify', { identifier: email })
      await redis.stop()

      expect((await fetch(`${server.issuer}/healthz`)).status).to.equal(200)
      expect((await fetch(`${server.issuer}/readyz`)).status).to.equal(503)
      for (const path of ['/.well-known/openid-configuration', '/jwks'])
        expect((await fetch(server.issuer + path)).status, path).to.equal(200)
      const service = await server.register('service')
      const fields = { grant_type: 'client_credentials' }
      expect((await tokenRequest(server, service, fields)).status, 'a service').to.equal(200)
      const answers = await Promise.all([
        visitor.send('GET', attemptOf(page)),
        visitor.send('POST', `${attemptOf(page)}/prove/password`, { password: PASSWORD }),
        known.visitor.send('GET', authorization(server, client, { prompt: 'none' }).url),
        new Visitor(server.issuer).send('GET', authorization(server, client).url),
      ])
      for (const answer of answers) {
        expect(answer.status, answer.url).to.equal(503)
        expect(answer.headers.get('retry-after'), answer.url).to.match(/^\d+$/)
        expect(await answer.text()).to.not.match(/\n\s+at |Redis/)
      }
      expect(wordsOf({ html: await (await visitor.send('GET', attemptOf(page))).text() })).to.include('Try again')

      await comeBack()
      // The page of before leads to a new sign-in, which is the one that is asked for.
      const stale = await visitor.send('POST', `${attemptOf(page)}/prove/password`, { password: PASSWORD })
      expect(stale.status).to.be.within(400, 499)
      const begun = await authorize(server, client, {}, visitor)
      const end = await signIn(visitor, begun.page, email)
      expect((await redeem(server, client, codeOf(end), begun.codeVerifier)).status).to.equal(200)
      expect(codeOf(await silently(visitor))).to.be.a('string')

      expect(answerOf(await silently(known.visitor)).error).to.equal('login_required')
      const again = await authorize(server, client, {}, known.visitor)
      codeOf(await signIn(known.visitor, again.page, email))
      expect(codeOf(await silently(known.visitor))).to.be.a('string')
    })

    it('resets no limit that protects a password, nor does a flush', async () => {
      const { email } = await server.person()
      let attackers = 0
      async function guess(password: string): Promise<number> {
        const headers = { 'x-forwarded-for': `198.51.100.${(attackers += 1)}` }
        const visitor = new Visitor(server.issuer)
        const page: VisitedPage = await visitor.open(authorization(server, client).url, headers)
        const at = attemptOf(page)
        await visitor.post(`${at}/identify`, { identifier: email }, headers)
        return (await visitor.send('POST', `${at}/prove/password`, { password }, headers)).status
      }
      const flush = async () => {
        const admin = new Redis(redis.port, '127.0.0.1')
        await admin.flushall()
        admin.disconnect()
      }

      const statuses = [await guess('wrong 1'), await guess('wrong 2')]
      await flush()
      statuses.push(await guess('wrong 3'))
      await redis.stop()
      await comeBack()
      statuses.push(await guess('wrong 4'), await guess('wrong 5'))
      expect(statuses).to.deep.equal([400, 400, 400, 400, 400])
      expect(await guess(PASSWORD)).to.equal(429)
      await flush()
      expect(await guess(PASSWORD)).to.equal(429)
      await redis.stop()
      await comeBack()
      expect(await guess(PASSWORD)).to.equal(429)
    })
  })

  describe('and keeps an append-only file', () => {
    before(function () {
      return setUp(this, ['appendonly yes', 'appendfsync always'])
    })
    after(takeDown)

    it('costs nothing but the wait: the same sign-in goes on, and nobody signs in again', async () => {
      const { email } = await server.person()
      const known = await signInForTokens(server, client, email)
      const { visitor, page, codeVerifier } = await authorize(server, client)
      await visitor.submit(page, '/identify', { identifier: email })
      await redis.stop()
      expect((await visitor.send('GET', attemptOf(page))).status).to.equal(503)
      await comeBack()
      const end = await visitor.post(`${attemptOf(page)}/prove/password`, { password: PASSWORD })
      expect((await redeem(server, client, codeOf(end), codeVerifier)).status).to.equal(200)
      expect(codeOf(await silently(known.visitor))).to.be.a('string')
    })
  })

  it('or says nothing any more: 503, then the same sign-in goes on', async function () {
    await setUp(this)
    try {
      const { email } = await server.person()
      const { visitor, page, codeVerifier } = await authorize(server, client)
      await visitor.submit(page, '/identify', { identifier: email })
      proxy.stall()
      const answers = await Promise.all([
        fetch(`${server.issuer}/readyz`),
        visitor.send('GET', attemptOf(page)),
        visitor.send('POST', `${attemptOf(page)}/prove/password`, { password: PASSWORD }),
      ])
      expect(answers.map(({ status }) => status)).to.deep.equal([503, 503, 503])
      expect((await fetch(`${server.issuer}/healthz`)).status).to.equal(200)
      await proxy.restore()
      await untilReady()
      const end = await visitor.post(`${attemptOf(page)}/prove/password`, { password: PASSWORD })
      expect((await redeem(server, client, codeOf(end), codeVerifier)).status).to.equal(200)
    } finally {
      await takeDown()
    }
  })

  it('still counts floods', async function () {
    const stopped = await redisOrSkip(this, startRedisServer)
    const store = await openStore(
      'sqlite::memory:',
      [counterDeclaration, floodDeclaration],
      `redis://127.0.0.1:${stopped.port}`,
    )
    try {
      const limits = createLimits(store)
      const rule = { name: 'flood', max: 3, window: 60, flood: true }
      await limits.count(rule, 'key')
      await stopped.stop()
      for (let tries = 0; tries < 3; tries++) await limits.count(rule, 'key')
      const refused = await limits.count(rule, 'key').catch((error: unknown) => error)
      expect(refused).to.be.instanceOf(LimitReached)
    } finally {
      await store.close()
      await stopped.remove()
    }
  })
})
