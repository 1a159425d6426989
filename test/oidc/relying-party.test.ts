// Relying parties: which metadata are taken, where a native app may be sent, and what becomes of an app that is removed.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { generateKeyPair, SignJWT } from 'jose'
import { Refused } from '../../src/lib/errors.ts'
import type { ClientType } from '../../src/oidc/clients/client-types.ts'
import type { Metadata } from '../../src/oidc/clients/clients.ts'
import { authorize, introspect, userinfo } from '../support/endpoints.ts'
import { signInForTokens, tokenRequest } from '../support/flow.ts'
import { REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'

describe('a relying party', () => {
  let server: TestServer

  before(async () => {
    server = await startServer({ env: { LATCHKEY_ALLOW_NETWORKS: '192.0.2.0/24' } })
  })
  after(() => server.close())

  describe('with metadata that are refused, in words:', () => {
    const refused: [string, ClientType, Metadata][] = [
      ['a symmetric signature, which needs the secret in the clear', 'web', { id_token_signed_response_alg: 'HS256' }],
      ['an unsigned ID token', 'web', { id_token_signed_response_alg: 'none' }],
      ['an implicit flow', 'web', { response_types: ['id_token token'], grant_types: ['implicit'] }],
      ['a password grant', 'web', { grant_types: ['password'] }],
      ['no redirect URI', 'web', { redirect_uris: [] }],
      ['redirect URIs that are no list', 'web', { redirect_uris: REDIRECT_URI }],
      ['a client assertion without keys', 'web', { token_endpoint_auth_method: 'private_key_jwt' }],
      ['an assertion by the secret', 'web', { token_endpoint_auth_method: 'client_secret_jwt' }],
      ['a logo that is no address', 'web', { logo_uri: 'javascript:alert(1)' }],
      ['an origin with a path', 'spa', { cors_origins: ['https://app.example/x'] }],
      ['any origin', 'spa', { cors_origins: ['*'] }],
      ['a flag that is no boolean', 'web', { first_party: 'yes' }],
      ['PKCE switched off by a text', 'web', { require_pkce: 'false' }],
      ['a sign-out address that is no address', 'web', { post_logout_redirect_uris: ['x'] }],
      ['a back-channel address that is no address', 'web', { backchannel_logout_uri: 'x' }],
      ['a scope that there is none of', 'web', { scope: 'openid nobody-knows' }],
    ]
    for (const [name, type, metadata] of refused)
      it(name, async () => {
        const error = await server.register(type, metadata).then(
          view => JSON.stringify(view),
          (caught: unknown) => caught,
        )
        expect(error).to.be.instanceOf(Refused)
        expect(error).to.include({ code: 'client.invalid', status: 400 })
        expect((error as Refused).hint).to.match(
          new RegExp(['jwks', 'client_secret', ...Object.keys(metadata)].join('|')),
        )
      })
  })

  it('is shown without its secret, which nobody sees again', async () => {
    const client = await server.register('web')
    expect(client.client_secret).to.match(/^[\w-]{43}$/)
    const shown = JSON.stringify(await server.app.clients.show(client.client_id))
    expect(shown).to.not.include(client.client_secret).and.to.not.include('"client_secret"')
  })

  it('that is native may use any port of loopback (RFC 8252), and nothing that only looks like it', async () => {
    const native = await server.register('native', { redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'] })
    const isSentTo = async (redirectUri: string) => {
      const { page } = await authorize(server, native, { redirect_uri: redirectUri, prompt: 'none' })
      return page.url.origin !== server.issuer
    }
    for (const right of ['http://127.0.0.1:54321/cb', 'http://127.0.0.1/cb', 'com.example.app:/cb'])
      expect(await isSentTo(right), right).to.equal(true)
    const wrong = [
      'http://127.0.0.1:54321/cb/x',
      'http://127.0.0.1:54321@evil.example/cb',
      'http://127.0.0.1.evil.example/cb',
      'http://localhost:54321/cb',
      'https://127.0.0.1:54321/cb',
      'http://127.0.0.1:54321/cb?x=y',
      'http://user@127.0.0.1:54321/cb',
      'http://2130706433/cb',
      'http://[::1]:54321/cb',
      'com.example.app:/cb/x',
      'com.example.app.evil:/cb',
    ]
    for (const uri of wrong) expect(await isSentTo(uri), uri).to.equal(false)
  })

  it('that is removed: its tokens and its requests are refused', async () => {
    const client = await server.register('web')
    const { email } = await server.person()
    const { tokens, visitor } = await signInForTokens(server, client, email)
    await server.app.clients.remove(client.client_id)
    expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
    expect((await introspect(server, client, tokens.access_token)).status).to.equal(401)
    const { page } = await authorize(server, client, { prompt: 'none' }, visitor)
    expect(page.status).to.equal(400)
  })

  it('whose key set is named in our own network: it is not fetched (SSRF)', async () => {
    let hits = 0
    const inside = createServer((_request, response) => {
      hits += 1
      response.end('{"keys":[]}')
    }).listen(0)
    await once(inside, 'listening')
    const { port } = inside.address() as AddressInfo
    const { privateKey } = await generateKeyPair('ES256')
    try {
      for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '[::1]', '0.0.0.0', '2130706433', '127.1']) {
        const { client_id: id } = await server.register('web', {
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: `http://${host}:${port}/jwks`,
        })
        const now = Math.floor(Date.now() / 1000)
        const claims = { iss: id, sub: id, aud: server.issuer, iat: now, exp: now + 60, jti: crypto.randomUUID() }
        const fields = {
          token: 'x',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey),
        }
        const { status, body } = await tokenRequest(server, { client_id: id }, fields, '/introspect')
        expect(status, host).to.be.within(400, 401)
        expect(JSON.stringify(body), host).to.not.match(/ECONN|EHOST|private network|127\.0\.0\.1/)
      }
      expect(hits).to.equal(0)
    } finally {
      inside.close()
    }
  })
})
