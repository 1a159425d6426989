// The attacks on the authorization code flow, its tokens, introspection and client authentication. Each test is named by
// what the attacker does, and says what must happen instead.
import { expect } from 'chai'
import { generateKeyPair, SignJWT, exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import type { ClientView } from '../../src/oidc/clients.ts'
import { Refused } from '../../src/lib/errors.ts'
import { answerOf, authorize, claimsIn, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { allow, authorization, codeOf, redeem, signIn, signInForTokens, tokenRequest } from '../support/flow.ts'
import { REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

describe('attacks on the protocol', () => {
  let server: TestServer
  let client: ClientView
  let email: string

  before(async () => {
    server = await startServer({ env: { LATCHKEY_RESOURCES: JSON.stringify(RESOURCES) } })
    client = await server.register('web')
    email = (await server.person()).email
  })
  after(() => server.close())

  /** A fresh code of the person's, and what it takes to redeem it. */
  async function freshCode(to = client, params: Record<string, string | undefined> = {}) {
    const { url, codeVerifier } = authorization(server, to, params)
    const visitor = new Visitor(server.issuer)
    const page = await signIn(visitor, await visitor.open(url), email)
    return { code: codeOf(await allow(visitor, page)), codeVerifier, visitor }
  }

  async function expectNoRedirect(redirectUri: string, registered = REDIRECT_URI) {
    const app = registered === REDIRECT_URI ? client : await server.register('web', { redirect_uris: [registered] })
    const { url } = authorization(server, app, { redirect_uri: redirectUri })
    const response = await new Visitor(server.issuer).send('GET', url)
    expect(response.status, redirectUri).to.equal(400)
    expect(response.headers.get('location'), redirectUri).to.equal(null)
    expect(await response.text()).to.include('redirect_uri')
  }

  describe('redirect URIs that are almost right', () => {
    for (const evil of [
      '.evil.example',
      '/extra',
      '/../other',
      '?added=1',
      '#fragment',
      '%2f..',
      '/',
      '\\@evil.example',
    ])
      it(`appends “${evil}”: an error page, never a redirect [CVE-2023-6291]`, () =>
        expectNoRedirect(REDIRECT_URI + evil))

    it('puts the registered host in front of an @: the same [CVE-2024-8883]', async () => {
      await expectNoRedirect('http://127.0.0.1:9@evil.example/callback')
      await expectNoRedirect('http://127.0.0.1:9%40evil.example/callback')
      await expectNoRedirect('http://user@127.0.0.1:9/callback')
    })

    it('has another character where the registered one has a dot: the same [CVE-2024-52289]', () =>
      expectNoRedirect('https://fooaexample.com/callback', 'https://foo.example.com/callback'))

    it('changes the case, the scheme or the port: the same', async () => {
      await expectNoRedirect('http://127.0.0.1:9/Callback')
      await expectNoRedirect('HTTP://127.0.0.1:9/callback')
      await expectNoRedirect('https://127.0.0.1:9/callback')
      await expectNoRedirect('http://127.0.0.1:10/callback')
      await expectNoRedirect('http://localhost:9/callback')
    })

    it('leaves it out, or sends two: the same', async () => {
      for (const params of [{ redirect_uri: undefined }, {}]) {
        const { url } = authorization(server, client, params)
        if (!('redirect_uri' in params)) url.searchParams.append('redirect_uri', 'https://evil.example/')
        const response = await new Visitor(server.issuer).send('GET', url)
        expect(response.status).to.equal(400)
        expect(response.headers.get('location')).to.equal(null)
      }
    })

    it('is wrong beside another mistake: still no redirect', async () => {
      const wrong = { redirect_uri: `${REDIRECT_URI}.evil`, response_type: 'token', code_challenge: undefined }
      const response = await new Visitor(server.issuer).send('GET', authorization(server, client, wrong).url)
      expect(response.status).to.equal(400)
      expect(response.headers.get('location')).to.equal(null)
    })
  })

  it('registers a javascript:, data: or fragment redirect URI: refused with 400 [CVE-2026-67333]', async () => {
    const uris = ['javascript:alert(1)', 'data:text/html,x', `${REDIRECT_URI}#x`, 'not a uri', '//evil.example/cb', '']
    for (const type of ['web', 'spa', 'native'] as const)
      for (const uri of uris) {
        const error = await server.register(type, { redirect_uris: [uri] }).then(
          () => undefined,
          (refused: unknown) => refused as Refused,
        )
        expect(error, `${type} ${uri}`).to.be.instanceOf(Refused)
        expect(error!.status).to.equal(400)
        expect(error!.hint).to.include('redirect_uris')
      }
  })

  describe('PKCE [CVE-2024-23647, CVE-2024-22258, CVE-2023-48228]', () => {
    it('drops code_challenge: refused', async () => {
      const { page } = await authorize(server, client, { code_challenge: undefined, code_challenge_method: undefined })
      expect(answerOf(page).error).to.equal('invalid_request')
    })

    it('asks for the plain method, or leaves the method out: refused', async () => {
      for (const method of ['plain', 'none', undefined]) {
        const { page } = await authorize(server, client, { code_challenge_method: method })
        expect(answerOf(page).error).to.equal('invalid_request')
      }
    })

    it('sends a verifier for a code that was asked for without a challenge: invalid_grant', async () => {
      const lenient = await server.register('web', { require_pkce: false })
      const without = { code_challenge: undefined, code_challenge_method: undefined }
      const { code } = await freshCode(lenient, without)
      const { status, body } = await redeem(server, lenient, code, 'v'.repeat(43))
      expect(status).to.equal(400)
      expect(body.error).to.equal('invalid_grant')
    })

    it('sends no verifier, an empty, a 1-character or another one: invalid_grant', async () => {
      for (const verifier of [undefined, '', 'x', 'x'.repeat(43), 'x'.repeat(200)]) {
        const { code } = await freshCode()
        const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
        const sent = verifier === undefined ? fields : { ...fields, code_verifier: verifier }
        const { status, body } = await tokenRequest(server, client, sent)
        expect(status, String(verifier)).to.equal(400)
        expect(body.error, String(verifier)).to.equal('invalid_grant')
      }
    })

    it('guesses verifiers: after 5 wrong ones the code is dead, for the right one too', async () => {
      const { code, codeVerifier } = await freshCode()
      for (let guess = 0; guess < 5; guess += 1) await redeem(server, client, code, `${guess}`.repeat(43))
      expect((await redeem(server, client, code, codeVerifier)).body.error).to.equal('invalid_grant')
    })

    it('makes one mistake as an honest app: the right verifier still works', async () => {
      const { code, codeVerifier } = await freshCode()
      await redeem(server, client, code, 'x'.repeat(43))
      expect((await redeem(server, client, code, codeVerifier)).status).to.equal(200)
    })
  })

  it('redeems a code as another client: 400, and its owner can still use it', async () => {
    const thief = await server.register('web')
    const { code, codeVerifier } = await freshCode()
    for (let tries = 0; tries < 6; tries += 1) {
      const stolen = await redeem(server, thief, code, tries === 0 ? codeVerifier : 'x'.repeat(43))
      expect(stolen.status).to.equal(400)
      expect(stolen.body.error).to.equal('invalid_grant')
    }
    expect((await redeem(server, client, code, codeVerifier)).status).to.equal(200)
  })

  it('redeems a code with another redirect_uri: invalid_grant', async () => {
    const both = await server.register('web', { redirect_uris: [REDIRECT_URI, `${REDIRECT_URI}/second`] })
    const { code, codeVerifier } = await freshCode(both)
    const { body } = await redeem(server, both, code, codeVerifier, { redirect_uri: `${REDIRECT_URI}/second` })
    expect(body.error).to.equal('invalid_grant')
  })

  it('refreshes with a wider scope: invalid_scope', async () => {
    const { tokens } = await signInForTokens(server, client, email, { params: { scope: 'openid email' } })
    const { status, body } = await refresh(server, client, tokens.refresh_token, { scope: 'openid email phone' })
    expect(status).to.equal(400)
    expect(body.error).to.equal('invalid_scope')
    const narrower = await refresh(server, client, tokens.refresh_token, { scope: 'openid' })
    expect(narrower.body.scope).to.equal('openid')
  })

  it('refreshes, introspects or revokes a token of another client: nothing happens to it', async () => {
    const other = await server.register('web')
    const { tokens } = await signInForTokens(server, client, email)
    expect((await refresh(server, other, tokens.refresh_token)).body.error).to.equal('invalid_grant')
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect((await introspect(server, other, token)).body).to.deep.equal({ active: false })
      await tokenRequest(server, other, { token }, '/revoke')
      expect((await introspect(server, client, token)).body.active).to.equal(true)
    }
  })

  describe('mixing up issuers [RFC 9207]', () => {
    it('finds iss on every answer, success or error', async () => {
      const { code, visitor } = await freshCode()
      expect(code).to.be.a('string')
      const { page } = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(page)).to.include({ iss: server.issuer }).and.to.have.property('code')
      const mistakes: Record<string, string | undefined>[] = [
        { prompt: 'none' },
        { response_type: 'token' },
        { scope: 'openid', claims: 'no json' },
        { code_challenge: undefined, code_challenge_method: undefined },
        { id_token_hint: 'forged' },
        { max_age: '-1' },
      ]
      for (const params of mistakes) {
        const { url } = authorization(server, client, { state: 's', ...params })
        const response = await new Visitor(server.issuer).send('GET', url)
        const to = new URL(response.headers.get('location')!)
        const answer = new URLSearchParams(to.search || to.hash.slice(1))
        expect(answer.get('iss'), JSON.stringify(params)).to.equal(server.issuer)
        expect(answer.get('error'), JSON.stringify(params)).to.be.a('string')
        expect(answer.get('state')).to.equal('s')
      }
    })

    it('answers with the iss of another server: the client rejects it', async () => {
      const as = await discover(server.issuer)
      const { page } = await authorize(server, client, { prompt: 'none', state: 's' })
      const asClient = { client_id: client.client_id }
      expect(() => oauth.validateAuthResponse(as, asClient, page.url, 's')).to.throw(oauth.AuthorizationResponseError)
      page.url.searchParams.set('iss', 'https://evil.example')
      expect(() => oauth.validateAuthResponse(as, asClient, page.url, 's')).to.throw(/issuer|"iss"/)
      page.url.searchParams.delete('iss')
      expect(() => oauth.validateAuthResponse(as, asClient, page.url, 's')).to.throw(/"iss"/)
    })
  })

  describe('client authentication', () => {
    let signed: ClientView
    let assertion: (claims?: Record<string, unknown>) => Promise<string>

    before(async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256')
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] }
      signed = await server.register('web', { token_endpoint_auth_method: 'private_key_jwt', jwks })
      const id = signed.client_id
      assertion = (claims = {}) => {
        const now = Math.floor(Date.now() / 1000)
        const jti = crypto.randomUUID()
        return new SignJWT({ iss: id, sub: id, aud: server.issuer, iat: now, exp: now + 60, jti, ...claims })
          .setProtectedHeader({ alg: 'ES256', kid: 'k' })
          .sign(privateKey)
      }
    })

    const introspectBy = async (clientAssertion: string) =>
      tokenRequest(
        server,
        { client_id: signed.client_id },
        {
          token: 'x',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: clientAssertion,
        },
        '/introspect',
      )

    it('accepts an assertion made for this issuer', async () => {
      expect((await introspectBy(await assertion())).status).to.equal(200)
    })

    it('replays the jti of a client_assertion, in parallel: one is accepted [CVE-2020-5300]', async () => {
      const once = await assertion()
      const answers = await Promise.all(Array.from({ length: 20 }, () => introspectBy(once)))
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      expect(new Set(answers.map(({ body }) => body.error))).to.deep.equal(new Set([undefined, 'invalid_client']))
      expect((await introspectBy(once)).status).to.equal(401)
    })

    it('sends an assertion whose aud is the token endpoint, or more than the issuer: refused [CVE-2025-27370]', async () => {
      const wrong = [
        `${server.issuer}/token`,
        [server.issuer, 'https://other.example'],
        'https://other.example',
        [],
        undefined,
      ]
      for (const aud of wrong) {
        const { status, body } = await introspectBy(await assertion({ aud }))
        expect(status, JSON.stringify(aud)).to.be.oneOf([400, 401])
        expect(body.error).to.equal('invalid_client')
      }
    })

    it('sends an assertion without jti or exp, expired, by another key, or unsigned: refused', async () => {
      const { privateKey } = await generateKeyPair('ES256')
      const claims = claimsIn(await assertion())
      const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey)
      const [, payload] = (await assertion()).split('.')
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
      const past = Math.floor(Date.now() / 1000) - 600
      const all = [
        await assertion({ jti: undefined }),
        await assertion({ exp: undefined }),
        await assertion({ exp: past }),
        foreign,
        unsigned,
        'x',
      ]
      for (const one of all) expect((await introspectBy(one)).status, one).to.be.oneOf([400, 401])
    })

    it('has a wrong, an empty or no secret, or the stored hash of it: invalid_client', async () => {
      const [{ hash }] = (await server.app.clients.rotateSecret(client.client_id).then(async () => {
        client = await server.app.clients.rotateSecret(client.client_id)
        const { clientDeclaration } = await import('../../src/oidc/client-record.ts')
        return (await server.app.store.collection(clientDeclaration).get(client.client_id))!.secrets
      })) as [{ hash: string }]
      for (const secret of ['x', `${client.client_secret}x`, hash, `${hash}@`, `${hash}@ `]) {
        const { status, body } = await introspect(server, { ...client, client_secret: secret }, 'x')
        expect(status, secret).to.equal(401)
        expect(body.error).to.equal('invalid_client')
      }
      expect((await introspect(server, { client_id: client.client_id }, 'x')).body.error).to.equal('invalid_client')
      expect((await introspect(server, client, 'x')).status).to.equal(200)
    })
  })

  describe('tokens where they do not belong [RFC 9068]', () => {
    it('shows an ID token, a refresh token or a code as an access token: 401', async () => {
      const { tokens } = await signInForTokens(server, client, email)
      const { code } = await freshCode()
      for (const wrong of [tokens.id_token, tokens.refresh_token, code, 'x']) {
        const { status, headers } = await userinfo(server, wrong)
        expect(status).to.equal(401)
        expect(headers.get('www-authenticate')).to.include('invalid_token')
      }
      expect((await introspect(server, client, tokens.id_token)).body.active).to.not.equal(true)
    })

    it('takes an access token for one resource to another, or to us: 401', async () => {
      for (const { identifier, scopes, format } of RESOURCES) {
        const params = { resource: identifier, scope: `openid ${scopes[0]}` }
        const { code, codeVerifier } = await freshCode(client, params)
        const { body } = await redeem(server, client, code, codeVerifier, { resource: identifier })
        expect((await userinfo(server, body.access_token)).status, format).to.equal(401)

        const elsewhere = RESOURCES.find(one => one.identifier !== identifier)!.identifier
        const { code: second, codeVerifier: verifier } = await freshCode(client, params)
        const answer = await redeem(server, client, second, verifier, { resource: elsewhere })
        expect(answer.body.error, format).to.equal('invalid_target')
      }
    })

    it('asks as a resource server about another’s tokens: inactive', async () => {
      const params = { resource: 'https://opaque.example', scope: 'openid read' }
      const { code, codeVerifier } = await freshCode(client, params)
      const { body } = await redeem(server, client, code, codeVerifier, { resource: params.resource })
      const own = await server.register('service', { introspection_audiences: ['https://opaque.example'] })
      const other = await server.register('service', { introspection_audiences: ['https://jwt.example'] })
      expect((await introspect(server, own, body.access_token)).body).to.include({ active: true, scope: 'read' })
      expect((await introspect(server, other, body.access_token)).body).to.deep.equal({ active: false })
    })
  })

  describe('DPoP [RFC 9449]', () => {
    it('replays a proof, sends it elsewhere, for another token, or none: 401', async () => {
      const keys = await generateKeyPair('ES256')
      const jwk = await exportJWK(keys.publicKey)
      const proof = (htm: string, path: string, extra: Record<string, unknown> = {}) =>
        new SignJWT({ htm, htu: server.issuer + path, jti: crypto.randomUUID(), ...extra })
          .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
          .setIssuedAt(Math.floor(Date.now() / 1000))
          .sign(keys.privateKey)
      const { code, codeVerifier } = await freshCode()
      const response = await fetch(`${server.issuer}/token`, {
        method: 'POST',
        headers: { dpop: await proof('POST', '/token'), authorization: basic(client) },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          code_verifier: codeVerifier,
          redirect_uri: REDIRECT_URI,
        }),
      })
      const tokens = (await response.json()) as { token_type: string; access_token: string }
      expect(tokens.token_type).to.equal('DPoP')

      const ath = Buffer.from(
        await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tokens.access_token)),
      ).toString('base64url')
      const ask = (dpop?: string, scheme = 'DPoP') =>
        userinfo(server, '', {
          authorization: `${scheme} ${tokens.access_token}`,
          ...(dpop ? { dpop } : {}),
        })
      const good = await proof('GET', '/userinfo', { ath })
      expect((await ask(good)).status).to.equal(200)
      const bad = {
        replayed: await ask(good),
        'other place': await ask(await proof('GET', '/token', { ath })),
        'other method': await ask(await proof('POST', '/userinfo', { ath })),
        'other token': await ask(
          await proof('GET', '/userinfo', { ath: ath.replace(/^./, c => (c === 'A' ? 'B' : 'A')) }),
        ),
        'no token': await ask(await proof('GET', '/userinfo')),
        'no proof': await ask(),
        'as bearer': await ask(undefined, 'Bearer'),
      }
      for (const [name, { status }] of Object.entries(bad))
        expect(status, name).to.be.oneOf(name === 'no proof' ? [400, 401] : [401])
    })
  })

  describe('oversized and doubled parameters [CVE-2026-9704]', () => {
    it('are refused or kept whole, never dropped or cut', async () => {
      const state = 's'.repeat(6000)
      const nonce = 'n'.repeat(3000)
      const { code, codeVerifier, visitor } = await freshCode(client, { nonce })
      const { body } = await redeem(server, client, code, codeVerifier)
      expect(claimsIn(body.id_token).nonce).to.equal(nonce)
      const { page } = await authorize(server, client, { state, prompt: 'none' }, visitor)
      expect(answerOf(page)).to.include({ state }).and.to.have.property('code')

      const tooLong = await new Visitor(server.issuer).send(
        'GET',
        authorization(server, client, { state: 's'.repeat(20_000) }).url,
      )
      expect(tooLong.status).to.equal(431)
      const { searchParams } = authorization(server, client, { state: 's'.repeat(70_000) }).url
      expect((await tokenRequest(server, client, Object.fromEntries(searchParams), '/par')).status).to.equal(400)
    })

    it('a login_hint that is longer than any name: refused', async () => {
      const { page } = await authorize(server, client, { login_hint: 'x'.repeat(400) })
      expect(answerOf(page).error).to.equal('invalid_request')
    })

    it('are refused when they come twice', async () => {
      for (const name of ['scope', 'state', 'nonce', 'code_challenge', 'prompt', 'client_id', 'response_type']) {
        const { url } = authorization(server, client, { prompt: 'none' })
        url.searchParams.append(name, url.searchParams.get(name)!)
        const response = await new Visitor(server.issuer).send('GET', url)
        const location = response.headers.get('location')
        if (location) expect(new URL(location).searchParams.get('error'), name).to.equal('invalid_request')
        else expect(response.status, name).to.equal(400)
      }
      const { code, codeVerifier } = await freshCode()
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: codeVerifier,
        redirect_uri: REDIRECT_URI,
      })
      body.append('code', code)
      const answer = await fetch(`${server.issuer}/token`, {
        method: 'POST',
        headers: { authorization: basic(client) },
        body,
      })
      expect(answer.status).to.equal(400)
    })
  })

  it('asks with prompt=none and no session: login_required, and no page', async () => {
    const response = await new Visitor(server.issuer).send('GET', authorization(server, client, { prompt: 'none' }).url)
    expect(response.status).to.equal(303)
    expect(new URL(response.headers.get('location')!).searchParams.get('error')).to.equal('login_required')
    expect(response.headers.getSetCookie().filter(cookie => cookie.startsWith('latchkey_signin='))).to.deep.equal([])
  })

  it('puts markup into parameters: the error page escapes it', async () => {
    const markup = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    const pages = [
      await authorize(server, { client_id: markup }),
      await authorize(server, client, { redirect_uri: `https://evil.example/${markup}` }),
      await authorize(server, client, { redirect_uri: `${REDIRECT_URI}x`, scope: markup, state: markup }),
    ]
    for (const { page } of pages) {
      expect(page.html).to.not.include('<script>alert').and.to.not.include('<img src=x')
      expect(page.headers.get('content-security-policy')).to.include("script-src 'none'")
      expect(wordsOf(page)).to.include('Trace id')
    }
  })
})

const RESOURCES = [
  { identifier: 'https://opaque.example', scopes: ['read', 'write'], format: 'opaque' },
  { identifier: 'https://jwt.example', scopes: ['read', 'write'], format: 'jwt' },
]

function basic(client: ClientView): string {
  return `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`
}

async function discover(issuer: string) {
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, { [oauth.allowInsecureRequests]: true })
  return oauth.processDiscoveryResponse(url, response)
}
