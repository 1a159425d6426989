// oauth4webapi: the protocol step by step, each answer validated as strictly as the specifications allow.
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { eachEngine } from '../support/engines.ts'
import { allow, signIn } from '../support/flow.ts'
import { REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const BYE = 'http://127.0.0.1:9/bye'
const insecure = { [oauth.allowInsecureRequests]: true }

describe('oauth4webapi', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let person: { id: string; email: string }
    let as: oauth.AuthorizationServer
    let registered: ClientView
    let client: oauth.Client
    let authentication: oauth.ClientAuth

    before(async () => {
      server = await startServer({ store: await openUrl() })
      person = await server.person()
      registered = await server.register('web', { post_logout_redirect_uris: [BYE] })
      client = { client_id: registered.client_id }
      authentication = oauth.ClientSecretBasic(registered.client_secret!)
      const issuer = new URL(server.issuer)
      as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
    })
    after(() => server?.close())

    it('code flow with PKCE, userinfo, refresh, introspection, revocation, logout', async () => {
      const verifier = oauth.generateRandomCodeVerifier()
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
      const url = new URL(as.authorization_endpoint!)
      url.search = new URLSearchParams({
        client_id: client.client_id,
        redirect_uri: REDIRECT_URI,
        response_type: 'code',
        scope: 'openid profile email offline_access',
        prompt: 'consent',
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const visitor = new Visitor(server.issuer)
      const page = await allow(visitor, await signIn(visitor, await visitor.open(url), person.email))

      const params = oauth.validateAuthResponse(as, client, page.url, state)
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        params,
        REDIRECT_URI,
        verifier,
        insecure,
      )
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      })
      await oauth.validateApplicationLevelSignature(as, response, insecure)
      expect(oauth.getValidatedIdTokenClaims(tokens)!.sub).to.equal(person.id)

      const info = await oauth.processUserInfoResponse(
        as,
        client,
        person.id,
        await oauth.userInfoRequest(as, client, tokens.access_token, insecure),
      )
      expect(info.email).to.equal(person.email)

      const refreshed = await oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token!, insecure),
      )
      expect(refreshed.refresh_token).to.be.a('string').and.to.not.equal(tokens.refresh_token)

      const introspect = async (token: string) =>
        oauth.processIntrospectionResponse(
          as,
          client,
          await oauth.introspectionRequest(as, client, authentication, token, insecure),
        )
      expect(await introspect(refreshed.access_token)).to.include({ active: true, sub: person.id })
      const revocation = await oauth.revocationRequest(as, client, authentication, refreshed.access_token, insecure)
      await oauth.processRevocationResponse(revocation)
      expect(await introspect(refreshed.access_token)).to.deep.equal({ active: false })

      const bye = new URL(as.end_session_endpoint!)
      bye.search = new URLSearchParams({ id_token_hint: tokens.id_token!, post_logout_redirect_uri: BYE }).toString()
      const left = await visitor.submit(await visitor.open(bye), '/logout/confirm', { logout: 'yes' })
      expect(left.url.href).to.equal(BYE)
    })

    it('client credentials, for a service', async () => {
      const service = await server.register('service')
      const self = { client_id: service.client_id }
      const secret = oauth.ClientSecretPost(service.client_secret!)
      const response = await oauth.clientCredentialsGrantRequest(as, self, secret, new URLSearchParams(), insecure)
      const { access_token: token } = await oauth.processClientCredentialsResponse(as, self, response)
      const asked = await oauth.introspectionRequest(as, self, secret, token, insecure)
      expect(await oauth.processIntrospectionResponse(as, self, asked)).to.include({ active: true })
    })

    it('reads our errors as the errors that they are', async () => {
      const params = oauth.validateAuthResponse(
        as,
        client,
        new URL(`${REDIRECT_URI}?code=x&iss=${encodeURIComponent(server.issuer)}`),
        oauth.expectNoState,
      )
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        params,
        REDIRECT_URI,
        oauth.generateRandomCodeVerifier(),
        insecure,
      )
      const error = await oauth.processAuthorizationCodeResponse(as, client, response).then(
        () => undefined,
        (caught: unknown) => caught,
      )
      expect(error).to.be.instanceOf(oauth.ResponseBodyError)
      expect((error as oauth.ResponseBodyError).error).to.equal('invalid_grant')
    })
  })
})
