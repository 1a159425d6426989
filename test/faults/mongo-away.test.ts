import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorize } from '../support/endpoints.ts'
import { attemptOf, authorization, codeOf, redeem, signInForTokens } from '../support/flow.ts'
import { startMongoOrSkip, type Mongo } from '../support/mongo.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

describe('a Mongo server that goes away', () => {
  let mongo: Mongo
  let proxy: Proxy
  let server: TestServer
  let client: ClientView

  before(async function () {
    mongo = await startMongoOrSkip(this)
    const url = new URL(mongo.url)
    proxy = await startProxy(url.hostname, Number(url.port))
    url.host = `127.0.0.1:${proxy.port}`
    url.searchParams.set('directConnection', 'true')
    server = await startServer({ store: url.href })
    client = await server.register('web', { first_party: true })
  })
  after(async () => {
    await proxy?.restore()
    await server?.close()
    await proxy?.close()
    await mongo?.stop()
  })

  /** As soon as the store is there again: each try waits for the store itself. */
  async function untilReady(): Promise<void> {
    while ((await fetch(`${server.issuer}/readyz`)).status !== 200);
  }

  for (const [how, away] of Object.entries({
    'is stopped': () => proxy.cut(),
    'says nothing any more': async () => proxy.stall(),
  }))
    it(`${how}: 503 with a time to wait, no stack, keys still served; then the same sign-in goes on`, async () => {
      const { email } = await server.person()
      const known = await signInForTokens(server, client, email)
      const { visitor, page, codeVerifier } = await authorize(server, client)
      await visitor.submit(page, '/identify', { identifier: email })
      await away()

      expect((await fetch(`${server.issuer}/healthz`)).status).to.equal(200)
      expect((await fetch(`${server.issuer}/readyz`)).status).to.equal(503)
      for (const path of ['/.well-known/openid-configuration', '/jwks'])
        expect((await fetch(server.issuer + path)).status, path).to.equal(200)

      const answers = await Promise.all([
        visitor.send('GET', attemptOf(page)),
        visitor.send('POST', `${attemptOf(page)}/prove/password`, { password: PASSWORD }),
        new Visitor(server.issuer).send('GET', authorization(server, client).url),
        known.visitor.send('GET', authorization(server, client, { prompt: 'none' }).url),
        fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${known.tokens.access_token}` } }),
      ])
      for (const answer of answers) {
        expect(answer.status, answer.url).to.equal(503)
        expect(answer.headers.get('retry-after'), answer.url).to.match(/^\d+$/)
        expect(await answer.text()).to.not.match(/\n\s+at |Mongo/)
      }
      expect(wordsOf({ html: await (await visitor.send('GET', attemptOf(page))).text() }))
        .to.include('Not available right now')
        .and.to.include('Try again')

      await proxy.restore()
      await untilReady()
      const end = await visitor.post(`${attemptOf(page)}/prove/password`, { password: PASSWORD })
      expect((await redeem(server, client, codeOf(end), codeVerifier)).status).to.equal(200)
      expect(codeOf(await known.visitor.open(authorization(server, client, { prompt: 'none' }).url))).to.be.a('string')
    })
})
