// openid-client, as an app's server uses it.
import { expect } from 'chai'
import * as openid from 'openid-client'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { ClientType } from '../../src/oidc/clients/client-types.ts'
import { eachEngine } from '../support/engines.ts'
import { allow, signIn } from '../support/flow.ts'
import { REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const BYE = 'http://127.0.0.1:9/bye'

describe('openid-client', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let person: { id: string; email: string }

    before(async () => {
      server = await startServer({ store: await openUrl() })
      person = await server.person()
    })
    after(() => server?.close())

    async function register(type: ClientType): Promise<{ client: ClientView; config: openid.Configuration }> {
      const client = await server.register(type, { post_logout_redirect_uris: [BYE] })
      const authentication = client.client_secret ? openid.ClientSecretBasic(client.client_secret) : openid.None()
      const config = await openid.discovery(new URL(server.issuer), client.client_id, undefined, authentication, {
        execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
      })
      return { client, config }
    }

    /** Sends a person through our pages with the request that the library made, and lets the library read the answer. */
    async function codeFlow(config: openid.Configuration, pushed = false, scope = 'openid profile email') {
      const visitor = new Visitor(server.issuer)
      const checks = {
        pkceCodeVerifier: openid.randomPKCECodeVerifier(),
        expectedState: openid.randomState(),
        expectedNonce: openid.randomNonce(),
        idTokenExpected: true,
      }
      const params = {
        redirect_uri: REDIRECT_URI,
        scope,
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
        code_challenge_method: 'S256',
      }
      const url = pushed
        ? await openid.buildAuthorizationUrlWithPAR(config, params)
        : openid.buildAuthorizationUrl(config, params)
      const page = await allow(visitor, await signIn(visitor, await visitor.open(url), person.email))
      return { visitor, tokens: await openid.authorizationCodeGrant(config, page.url, checks), page, checks }
    }

    for (const type of ['web', 'spa', 'native'] as const)
      it(`a ${type} app: code flow, userinfo, refresh, introspection, revocation, logout`, async () => {
        const { client, config } = await register(type)
        const { visitor, tokens } = await codeFlow(config)
        expect(tokens.claims()).to.include({ iss: server.issuer, aud: client.client_id, sub: person.id })

        const info = await openid.fetchUserInfo(config, tokens.access_token, person.id)
        expect(info).to.include({ email: person.email, email_verified: true })

        const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!)
        expect(refreshed.claims()!.sub).to.equal(person.id)
        expect(refreshed.refresh_token).to.not.equal(tokens.refresh_token)

        const before = await openid.tokenIntrospection(config, refreshed.access_token)
        expect(before).to.include({ active: true, sub: person.id, client_id: client.client_id })
        await openid.tokenRevocation(config, refreshed.refresh_token!)
        expect((await openid.tokenIntrospection(config, refreshed.refresh_token!)).active).to.equal(false)

        const bye = openid.buildEndSessionUrl(config, {
          id_token_hint: tokens.id_token!,
          post_logout_redirect_uri: BYE,
          state: 'over',
        })
        const page = await visitor.open(bye)
        const left = await visitor.submit(page, '/logout/confirm', { logout: 'yes' })
        expect(left.url.href).to.equal(`${BYE}?state=over`)
        expect((await openid.tokenIntrospection(config, tokens.access_token)).active).to.equal(false)
      })

    it('pushes its request first (PAR)', async () => {
      const { config } = await register('web')
      const { tokens } = await codeFlow(config, true)
      expect(tokens.claims()!.sub).to.equal(person.id)
    })

    it('binds its tokens to a key (DPoP)', async () => {
      const { config } = await register('web')
      const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
      const visitor = new Visitor(server.issuer)
      const verifier = openid.randomPKCECodeVerifier()
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT_URI,
        scope: 'openid email',
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const page = await allow(visitor, await signIn(visitor, await visitor.open(url), person.email))
      const checks = { pkceCodeVerifier: verifier }
      const tokens = await openid.authorizationCodeGrant(config, page.url, checks, undefined, { DPoP })
      expect(tokens.token_type).to.equal('dpop')
      const info = await openid.fetchUserInfo(config, tokens.access_token, person.id, { DPoP })
      expect(info.email).to.equal(person.email)
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!, undefined, { DPoP })
      expect(refreshed.token_type).to.equal('dpop')
    })

    it('signs by each algorithm that a client may register for its ID tokens', async () => {
      for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
        const { client_id: id, client_secret: secret } = await server.register('web', {
          id_token_signed_response_alg: alg,
        })
        const metadata = { id_token_signed_response_alg: alg }
        const config = await openid.discovery(new URL(server.issuer), id, metadata, openid.ClientSecretPost(secret), {
          execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
        })
        expect((await codeFlow(config)).tokens.claims()!.sub, alg).to.equal(person.id)
      }
    })

    it('rejects an answer with another issuer, state or nonce than it expects', async () => {
      const { config } = await register('web')
      const { page, checks } = await codeFlow(config)
      const rejection = async (url: URL, expected: openid.AuthorizationCodeGrantChecks) =>
        openid.authorizationCodeGrant(config, url, expected).then(
          () => undefined,
          (error: Error) => error,
        )
      const mixedUp = new URL(page.url)
      mixedUp.searchParams.set('iss', 'https://evil.example')
      expect(await rejection(mixedUp, checks)).to.be.instanceOf(Error)
      expect(await rejection(page.url, { ...checks, expectedState: 'x' })).to.be.instanceOf(Error)
    })
  })
})
