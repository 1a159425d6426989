// Whatever is sent, the answer is ours: never a failure, never a redirect to where nobody registered.
import { expect } from 'chai'
import * as fc from 'fast-check'
import { authorize } from '../support/endpoints.ts'
import { asking } from '../support/asking.ts'
import { eachEngine } from '../support/engines.ts'
import { authorization } from '../support/flow.ts'
import { REDIRECT_URI } from '../support/server.ts'

const RUNS = { numRuns: 100 }
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '%00',
    '[]',
    '{}',
    'null',
    '__proto__',
    'constructor',
    '$ne',
    '../..',
    '\r\nX: y',
    '🔑',
    '\ud800',
  ),
  fc.json({ maxDepth: 3 }),
)
const authorizationParams = (
  'client_id redirect_uri response_type response_mode scope state nonce code_challenge ' +
  'code_challenge_method prompt max_age acr_values claims login_hint id_token_hint display ' +
  'ui_locales resource request request_uri registration claims_locales dpop_jkt unknown'
).split(' ')
const tokenParams = (
  'grant_type code code_verifier redirect_uri refresh_token scope resource client_id ' +
  'client_secret client_assertion client_assertion_type token token_type_hint unknown'
).split(' ')

describe('hostile requests', () => {
  eachEngine((_name, openUrl) => {
    const asks = asking(openUrl)

    it('to the authorization endpoint, with and without a session', async () => {
      const wrong = fc.dictionary(fc.constantFrom(...authorizationParams), odd, { minKeys: 1, maxKeys: 4 })
      await fc.assert(
        fc.asyncProperty(wrong, fc.boolean(), async (params, signedIn) => {
          const { url } = authorization(asks.server, asks.client, params)
          const cookie = ['latchkey_session', 'latchkey_session.sig'].map(
            name => `${name}=${asks.visitor.cookie(name)}`,
          )
          const headers = signedIn ? { cookie: cookie.join('; ') } : {}
          const response = await fetch(url, { redirect: 'manual', headers })
          expect(response.status).to.be.below(500)
          const to = response.headers.get('location')
          if (!to) return
          const target = new URL(to, asks.server.issuer)
          expect(target.origin).to.be.oneOf([asks.server.issuer, new URL(REDIRECT_URI).origin])
          expect(`${target.search}${target.hash}`).to.not.include('server_error')
        }),
        RUNS,
      )
    })

    it('to the token, introspection, revocation and pushed request endpoints', async () => {
      const fields = fc.dictionary(fc.constantFrom(...tokenParams), odd, { maxKeys: 5 })
      const path = fc.constantFrom('/token', '/introspect', '/revoke', '/par', '/userinfo')
      const grantType = fc.constantFrom('authorization_code', 'refresh_token', 'client_credentials', undefined)
      const { client_id: id, client_secret: secret } = asks.client
      const authenticated = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
      const authorizations = fc.constantFrom(authenticated, 'Basic !', 'Basic Og==', 'Bearer x', 'DPoP x', undefined)
      await fc.assert(
        fc.asyncProperty(path, grantType, fields, authorizations, async (at, grant, odds, header) => {
          const response = await fetch(asks.server.issuer + at, {
            method: 'POST',
            headers: header ? { authorization: header } : {},
            body: new URLSearchParams({ ...(grant ? { grant_type: grant } : {}), ...odds }),
          })
          expect(response.status).to.be.below(500)
          const text = await response.text()
          if (text) expect(JSON.parse(text)).to.not.include({ error: 'server_error' })
        }),
        RUNS,
      )
    })

    it('as a cookie: nobody is signed in by it, and nothing fails', async () => {
      const cookies = fc.constantFrom('latchkey_session', 'latchkey_signin', 'latchkey_resume', 'latchkey_device')
      const value = fc.string({ maxLength: 60 }).map(encodeURIComponent)
      await fc.assert(
        fc.asyncProperty(cookies, value, value, async (name, one, other) => {
          const { url } = authorization(asks.server, asks.client, { prompt: 'none' })
          const headers = { cookie: `${name}=${one}; ${name}.sig=${other}` }
          const response = await fetch(url, { redirect: 'manual', headers })
          expect(response.headers.get('location')).to.include('error=login_required')
        }),
        RUNS,
      )
    })

    it('leave the server as it was', async () => {
      const { page } = await authorize(asks.server, asks.client, { prompt: 'none' }, asks.visitor)
      expect(page.url.searchParams.get('code')).to.be.a('string')
    })
  })
})
