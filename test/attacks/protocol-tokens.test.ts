// Tokens that are shown where they do not belong, or by somebody else.
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { introspect, userinfo } from '../support/endpoints.ts'
import { eachEngine, type EngineName, type OpenUrl } from '../support/engines.ts'
import { redeem, signInForTokens } from '../support/flow.ts'
import { REDIRECT_URI } from '../support/server.ts'
import { basic, RESOURCES, target } from './target.ts'

describe('attacks with tokens', () => eachEngine(attacks))

function attacks(_engine: EngineName, openUrl: OpenUrl): void {
  const at = target(openUrl)

  describe('tokens where they do not belong [RFC 9068]', () => {
    it('shows an ID token, a refresh token or a code as an access token: 401', async () => {
      const { tokens } = await signInForTokens(at.server, at.client, at.email)
      const { code } = await at.freshCode()
      for (const wrong of [tokens.id_token, tokens.refresh_token, code, 'x']) {
        const { status, headers } = await userinfo(at.server, wrong)
        expect(status).to.equal(401)
        expect(headers.get('www-authenticate')).to.include('invalid_token')
      }
      expect((await introspect(at.server, at.client, tokens.id_token)).body.active).to.not.equal(true)
    })

    it('takes an access token for one resource to another, or to us: 401', async () => {
      for (const { identifier, scopes, format } of RESOURCES) {
        const params = { resource: identifier, scope: `openid ${scopes[0]}` }
        const { code, codeVerifier } = await at.freshCode(at.client, params)
        const { body } = await redeem(at.server, at.client, code, codeVerifier, { resource: identifier })
        expect((await userinfo(at.server, body.access_token)).status, format).to.equal(401)

        const elsewhere = RESOURCES.find(one => one.identifier !== identifier)!.identifier
        const { code: second, codeVerifier: verifier } = await at.freshCode(at.client, params)
        const answer = await redeem(at.server, at.client, second, verifier, { resource: elsewhere })
        expect(answer.body.error, format).to.equal('invalid_target')
      }
    })

    it('asks as a resource server about another’s tokens: inactive', async () => {
      const params = { resource: 'https://opaque.example', scope: 'openid read' }
      const { code, codeVerifier } = await at.freshCode(at.client, params)
      const { body } = await redeem(at.server, at.client, code, codeVerifier, { resource: params.resource })
      const own = await at.server.register('service', { introspection_audiences: ['https://opaque.example'] })
      const other = await at.server.register('service', { introspection_audiences: ['https://jwt.example'] })
      expect((await introspect(at.server, own, body.access_token)).body).to.include({ active: true, scope: 'read' })
      expect((await introspect(at.server, other, body.access_token)).body).to.deep.equal({ active: false })
    })
  })

  describe('DPoP [RFC 9449]', () => {
    it('replays a proof, sends it elsewhere, for another token, or none: 401', async () => {
      const keys = await generateKeyPair('ES256')
      const jwk = await exportJWK(keys.publicKey)
      const proof = (htm: string, path: string, extra: Record<string, unknown> = {}) =>
        new SignJWT({ htm, htu: at.server.issuer + path, jti: crypto.randomUUID(), ...extra })
          .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
          .setIssuedAt(Math.floor(Date.now() / 1000))
          .sign(keys.privateKey)
      const { code, codeVerifier } = await at.freshCode()
      const response = await fetch(`${at.server.issuer}/token`, {
        method: 'POST',
        headers: { dpop: await proof('POST', '/token'), authorization: basic(at.client) },
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
        userinfo(at.server, '', {
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
      for (const [name, { status }] of Object.entries(bad)) expect(status, name).to.equal(401)
    })
  })
}
