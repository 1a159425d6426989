// What a developer gets to see when their app asks for something wrong: what came, what was expected, and a trace id.
import { get } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { answerOf, authorize, userinfo } from '../support/endpoints.ts'
import { authorization, redeem, tokenRequest } from '../support/flow.ts'
import { startFleet } from '../support/processes.ts'
import { REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

describe('a request that is wrong', () => {
  let server: TestServer
  let client: ClientView
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-errors-'))
    server = await startServer({ env: { LATCHKEY_STORE: `sqlite:${join(folder, 'latchkey.db')}` } })
    client = await server.register('web', { client_name: 'Notes & Co' })
  })
  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  /** Our error page: no way out of the issuer, a trace id that is the log's, no stack, no markup of the request's. */
  function expectErrorPage(page: VisitedPage, ...words: string[]): void {
    expect(page.status).to.equal(400)
    expect(page.url.origin).to.equal(server.issuer)
    const text = wordsOf(page)
    const traceId = page.headers.get('x-request-id')!
    expect(text).to.include(traceId)
    for (const word of words) expect(text).to.include(word)
    expect(page.html).to.not.match(/node_modules|at .*\.[jt]s:\d+/)
    expect(page.headers.get('content-security-policy')).to.include("default-src 'none'")
    expect(page.headers.get('cache-control')).to.equal('no-store')
  }

  describe('gets a page, where there is no address that it could be answered at', () => {
    it('redirect_uri: what came, and that it has to be one that was registered, exactly', async () => {
      const came = `${REDIRECT_URI}/?next="><b>x</b>`
      const { page } = await authorize(server, client, { redirect_uri: came })
      expectErrorPage(page, 'Notes & Co', 'invalid_redirect_uri', 'character for character', client.client_id)
      expect(page.html).to.include('?next=&#34;&gt;&lt;b&gt;x&lt;/b&gt;')
    })

    it('redirect_uri missing: that it is missing', async () => {
      const { page } = await authorize(server, client, { redirect_uri: undefined })
      expectErrorPage(page, 'redirect_uri', 'invalid_request')
    })

    it('client_id unknown: what came, and what is expected', async () => {
      const { page } = await authorize(server, { client_id: 'nobody' })
      expectErrorPage(page, 'invalid_client', 'nobody', 'the client_id of a registered client')
    })

    it('client_id missing, or removed meanwhile', async () => {
      const { url } = authorization(server, client)
      url.searchParams.delete('client_id')
      expectErrorPage(await new Visitor(server.issuer).open(url), 'client_id')
      const removed = await server.register('web')
      await server.app.clients.remove(removed.client_id)
      expectErrorPage((await authorize(server, removed)).page, 'invalid_client', removed.client_id)
    })

    it('a very long redirect_uri: cut on the page, not sent to', async () => {
      const { page } = await authorize(server, client, { redirect_uri: `https://evil.example/${'x'.repeat(5000)}` })
      expectErrorPage(page, 'invalid_redirect_uri')
      expect(page.html.length).to.be.below(10_000)
    })

    it('does not tell a stranger what a client has registered', async () => {
      const { page } = await authorize(server, client, { redirect_uri: 'https://evil.example/' })
      expect(page.html).to.not.include(REDIRECT_URI)
    })
  })

  describe('gets an OAuth error at the app, where its address is right', () => {
    const cases: [string, Record<string, string | undefined>, string, RegExp][] = [
      ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request', /PKCE/],
      ['a challenge too short', { code_challenge: 'x' }, 'invalid_request', /code_challenge/],
      ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request', /code_challenge_method/],
      ['response_type=token', { response_type: 'token' }, 'unsupported_response_type', /response_type/],
      ['response_type=id_token', { response_type: 'id_token' }, 'unsupported_response_type', /response_type/],
      ['response_type=code token', { response_type: 'code token' }, 'unsupported_response_type', /response_type/],
      ['no response_type', { response_type: undefined }, 'invalid_request', /response_type/],
      ['an unknown response_mode', { response_mode: 'carrier_pigeon' }, 'unsupported_response_mode', /response_mode/],
      ['a scope with quotes', { scope: 'openid "x"' }, 'invalid_scope', /scope/],
      ['claims without openid', { scope: 'profile', claims: '{"userinfo":{}}' }, 'invalid_request', /openid/],
      ['claims that are no JSON', { claims: '{' }, 'invalid_request', /claims/],
      ['a request object', { request: 'a.b.c' }, 'request_not_supported', /^/],
      ['a request_uri of elsewhere', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported', /^/],
    ]
    for (const [name, params, error, description] of cases)
      it(`${name}: ${error}, with words`, async () => {
        const response = await new Visitor(server.issuer).send('GET', authorization(server, client, params).url)
        expect(response.status).to.equal(303)
        const to = new URL(response.headers.get('location')!)
        expect(to.origin + to.pathname).to.equal(REDIRECT_URI)
        const answer = new URLSearchParams(to.search || to.hash.slice(1))
        expect(answer.get('error')).to.equal(error)
        expect(answer.get('error_description') ?? '').to.match(description)
        expect(answer.get('iss')).to.equal(server.issuer)
        expect(answer.get('state')).to.be.a('string')
      })

    it('a scope that the client may not ask for: invalid_scope, which one', async () => {
      const narrow = await server.register('web', { scope: 'openid email' })
      const { page } = await authorize(server, narrow, { scope: 'openid phone' })
      expect(answerOf(page)).to.include({ error: 'invalid_scope', scope: 'phone', iss: server.issuer })
    })

    it('a response_type that the client did not register', async () => {
      const service = await server.register('web', {
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [REDIRECT_URI],
      })
      const { page } = await authorize(server, service)
      expect(answerOf(page)).to.include({ error: 'invalid_request', iss: server.issuer })
    })
  })

  describe('gets JSON at the other endpoints', () => {
    it('token: what is missing, a code that nobody gave, a grant type that nobody knows', async () => {
      const missing = await tokenRequest(server, client, { grant_type: 'authorization_code' })
      expect([missing.status, missing.body.error]).to.deep.equal([400, 'invalid_request'])
      expect(missing.body.error_description).to.include('code').and.to.include('redirect_uri')
      const unknown = await redeem(server, client, 'nobody-gave-this', 'v'.repeat(43))
      expect([unknown.status, unknown.body.error]).to.deep.equal([400, 'invalid_grant'])
      for (const grantType of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code']) {
        const { status, body } = await tokenRequest(server, client, { grant_type: grantType })
        expect([status, body.error]).to.deep.equal([400, 'unsupported_grant_type'])
      }
      const notMine = await tokenRequest(server, client, { grant_type: 'client_credentials' })
      expect([notMine.status, notMine.body.error]).to.deep.equal([400, 'invalid_request'])
      expect(notMine.body.error_description).to.include('not allowed for this client')
    })

    it('never caches an answer, and says so', async () => {
      const { headers } = await redeem(server, client, 'x', 'v'.repeat(43))
      expect(headers.get('cache-control')).to.equal('no-store')
      expect(headers.get('x-request-id')).to.be.a('string')
    })

    it('JSON or multipart where a form is due: invalid_request', async () => {
      for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain']) {
        const response = await fetch(`${server.issuer}/token`, {
          method: 'POST',
          headers: { 'content-type': type },
          body: '{"grant_type":"authorization_code","code":{"$ne":null}}',
        })
        expect(response.status, type).to.equal(400)
        expect(((await response.json()) as { error: string }).error).to.equal('invalid_request')
      }
    })

    it('objects and operators in a form: texts like any other', async () => {
      const fields = { grant_type: 'authorization_code', 'code[$ne]': '', redirect_uri: REDIRECT_URI, code: '$ne' }
      const { status, body } = await tokenRequest(server, client, fields)
      expect([status, body.error]).to.deep.equal([400, 'invalid_grant'])
      for (const token of ['__proto__', 'constructor', '{"$gt":""}', '../../x', '\u0000', '%00', 'x'.repeat(10_000)])
        expect((await tokenRequest(server, client, { token }, '/introspect')).status, token).to.equal(200)
    })

    it('a body over 56 KB: refused', async () => {
      const { status } = await tokenRequest(server, client, { grant_type: 'x'.repeat(70_000) })
      expect(status).to.be.oneOf([400, 413])
    })

    it('userinfo without a token: 401 with a challenge', async () => {
      const response = await fetch(`${server.issuer}/userinfo`)
      expect(response.status).to.be.oneOf([400, 401])
      expect(response.headers.get('www-authenticate')).to.match(/^(Bearer|DPoP)/)
      expect((await userinfo(server, 'x')).status).to.equal(401)
      expect((await fetch(`${server.issuer}/userinfo?access_token=x`)).status).to.be.oneOf([400, 401])
    })
  })

  it('names what the provider cannot be asked: no implicit flow, no registration, no hidden endpoints', async () => {
    for (const path of ['/register', '/register/x', '/device', '/device/auth', '/backchannel', '/interaction/x'])
      expect((await fetch(server.issuer + path)).status, path).to.equal(404)
    const discovery = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >
    expect(discovery).to.deep.include({
      issuer: server.issuer,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
    expect(discovery).to.not.have.any.keys('registration_endpoint', 'device_authorization_endpoint')
    expect(JSON.stringify(discovery)).to.not.match(/"HS\d{3}"|"none","|implicit|password/)
  })

  it('is in the log once, by the trace id that its answer shows, without what is secret', async () => {
    const fleet = await startFleet(1, server.env.LATCHKEY_STORE!, server.env.LATCHKEY_SECRETS)
    try {
      const { page } = await authorize(fleet, client, { redirect_uri: 'https://evil.example/' })
      const { headers } = await redeem(fleet, client, 'code-of-somebody-else', 'verifier'.repeat(6))
      await fleet.stop()
      for (const traceId of [page.headers.get('x-request-id')!, headers.get('x-request-id')!]) {
        const lines = fleet.lines.filter(line => line.includes(traceId))
        expect(lines).to.have.length(1)
        expect(JSON.parse(lines[0]!)).to.include({
          'log.level': 'info',
          'latchkey.client_id': client.client_id,
          'trace.id': traceId,
        })
      }
      const all = fleet.lines.join()
      for (const secret of ['code-of-somebody-else', 'verifier'.repeat(6), client.client_secret!])
        expect(all).to.not.include(secret)
    } finally {
      await fleet.stop()
    }
  })

  it('is not sent out by the sign-out page: an address that is almost the registered one gets a page', async () => {
    const app = await server.register('web', { post_logout_redirect_uris: ['https://app.example/bye'] })
    const almost = ['https://app.example/bye.evil', 'https://app.example/bye/', 'https://app.example@evil.example/bye']
    for (const uri of [
      ...almost,
      'https://evil.example/bye',
      'javascript:alert(1)',
      '//evil.example',
      '/\\evil.example',
    ]) {
      const query = new URLSearchParams({ client_id: app.client_id, post_logout_redirect_uri: uri })
      const page = await new Visitor(server.issuer).open(`/logout?${query}`)
      expectErrorPage(page, 'post_logout_redirect_uri')
    }
    // Without a client there is nothing to check it against, so it is left out.
    const page = await new Visitor(server.issuer).open('/logout?post_logout_redirect_uri=https://evil.example/')
    expect(page.url.origin).to.equal(server.issuer)
  })

  it('believes no header about who we are', async () => {
    const { hostname, port } = new URL(server.issuer)
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example;proto=https',
    }
    const answer = await new Promise<string>((resolve, reject) => {
      get({ hostname, port, path: '/.well-known/openid-configuration', headers }, response => {
        readAll(response).then(resolve, reject)
      }).on('error', reject)
    })
    expect(answer).to.include(server.issuer).and.to.not.include('evil.example')
  })

  describe('from a browser of another origin (CORS)', () => {
    const asked = async (origin: string, spa: ClientView) => {
      const response = await fetch(`${server.issuer}/token`, {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: spa.client_id,
          code: 'x',
          code_verifier: 'v'.repeat(43),
          redirect_uri: REDIRECT_URI,
        }),
      })
      return response.headers.get('access-control-allow-origin')
    }

    it('is let read the answer when its origin is listed for the client, and not otherwise', async () => {
      const spa = await server.register('spa', { cors_origins: ['https://spa.example'] })
      expect(await asked('https://spa.example', spa)).to.be.oneOf(['https://spa.example', '*'])
      for (const origin of ['https://spa.example.evil.example', 'https://evil.example', 'http://spa.example', 'null'])
        expect(await asked(origin, spa), origin).to.equal(null)
    })

    it('is let read discovery and keys', async () => {
      for (const path of ['/.well-known/openid-configuration', '/jwks']) {
        const { headers } = await fetch(server.issuer + path, { headers: { origin: 'https://anyone.example' } })
        expect(headers.get('access-control-allow-origin')).to.be.oneOf(['*', 'https://anyone.example'])
      }
    })
  })
})
