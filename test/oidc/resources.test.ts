// Access tokens for outside resource servers (RFC 8707): opaque, or JWT (RFC 9068).
import { expect } from 'chai'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { answerOf, authorize, introspect, refresh, revoke } from '../support/endpoints.ts'
import { signInForTokens, tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { wordsOf } from '../support/visitor.ts'

const JWT = { identifier: 'https://jwt.example/api', scopes: ['read', 'write'], format: 'jwt', alg: 'ES256' }
const OPAQUE = { identifier: 'https://opaque.example', scopes: ['read', 'delete'], format: 'opaque' }

describe('an access token for a resource', () => {
  let server: TestServer
  let client: ClientView
  let person: { id: string; email: string }

  before(async () => {
    server = await startServer({ env: { LATCHKEY_RESOURCES: JSON.stringify([JWT, OPAQUE]) } })
    client = await server.register('web')
    person = await server.person()
  })
  after(() => server.close())

  const tokensFor = async (resource: string, scope: string, more: Record<string, string> = {}) =>
    (
      await signInForTokens(server, client, person.email, {
        params: { resource, scope, ...more },
        fields: { resource },
      })
    ).tokens
  const verify = (jwt: string, audience = JWT.identifier) =>
    jwtVerify(jwt, createRemoteJWKSet(new URL('/jwks', server.issuer)), {
      issuer: server.issuer,
      audience,
      typ: 'at+jwt',
      algorithms: [JWT.alg],
    })

  it('is a JWT that the resource server verifies by itself', async () => {
    const { access_token: jwt, expires_in: expiresIn } = await tokensFor(JWT.identifier, 'openid read')
    const { payload } = await verify(jwt)
    expect(payload).to.include({ sub: person.id, client_id: client.client_id, scope: 'read', aud: JWT.identifier })
    expect(payload.jti).to.be.a('string')
    expect(payload.exp! - payload.iat!)
      .to.equal(expiresIn)
      .and.to.be.at.most(300)
  })

  it('is a JWT only for its own audience', async () => {
    const { access_token: jwt } = await tokensFor(JWT.identifier, 'openid read')
    const elsewhere = await verify(jwt, OPAQUE.identifier).then(
      () => 'accepted',
      () => 'refused',
    )
    expect(elsewhere).to.equal('refused')
  })

  it('is opaque where it is configured so, and its resource server can ask about it', async () => {
    const { access_token: token } = await tokensFor(OPAQUE.identifier, 'openid read')
    expect(token).to.not.include('.')
    const api = await server.register('service', { introspection_audiences: [OPAQUE.identifier] })
    expect((await introspect(server, api, token)).body).to.include({
      active: true,
      aud: OPAQUE.identifier,
      scope: 'read',
      sub: person.id,
      client_id: client.client_id,
    })
    await revoke(server, client, token)
    expect((await introspect(server, api, token)).body).to.deep.equal({ active: false })
  })

  it('has the scopes of its own resource alone', async () => {
    const { access_token: jwt } = await tokensFor(JWT.identifier, 'openid profile read delete')
    expect((await verify(jwt)).payload.scope).to.equal('read')
  })

  it('asks the person about each scope, by the resource', async () => {
    const { visitor } = await signInForTokens(server, client, person.email)
    const { page } = await authorize(server, client, { resource: JWT.identifier, scope: 'openid write' }, visitor)
    expect(wordsOf(page)).to.include('write').and.to.include(JWT.identifier)
  })

  it('is refreshed for the same resource', async () => {
    const tokens = await tokensFor(JWT.identifier, 'openid read')
    const { body } = await refresh(server, client, tokens.refresh_token, { resource: JWT.identifier })
    expect((await verify(body.access_token)).payload.scope).to.equal('read')
    const wrong = await refresh(server, client, body.refresh_token, { resource: OPAQUE.identifier })
    expect(wrong.body.error).to.equal('invalid_target')
  })

  it('is not made for a resource that nobody configured', async () => {
    const { page } = await authorize(server, client, { resource: 'https://unknown.example', scope: 'openid read' })
    expect(answerOf(page).error).to.equal('invalid_target')
    const { page: malformed } = await authorize(server, client, { resource: 'no uri', scope: 'openid' })
    expect(answerOf(malformed).error).to.equal('invalid_target')
  })

  it('is not made for a resource that the client was not allowed', async () => {
    const service = await server.register('service', { allowed_resources: [OPAQUE.identifier] })
    const ask = (resource: string) =>
      tokenRequest(server, service, { grant_type: 'client_credentials', resource, scope: 'read' })
    expect((await ask(OPAQUE.identifier)).status).to.equal(200)
    expect((await ask(JWT.identifier)).body.error).to.equal('invalid_target')
    const web = await server.register('web', { allowed_resources: [] })
    const { page } = await authorize(server, web, { resource: JWT.identifier, scope: 'openid read' })
    expect(answerOf(page).error).to.equal('invalid_target')
  })

  it('is not made for a service that was allowed none by name', async () => {
    const service = await server.register('service')
    const fields = { grant_type: 'client_credentials', resource: JWT.identifier, scope: 'read' }
    expect((await tokenRequest(server, service, fields)).body.error).to.equal('invalid_target')
  })

  it('is made for a service by client_credentials, without a person', async () => {
    const service = await server.register('service', { allowed_resources: [JWT.identifier] })
    const { body } = await tokenRequest(server, service, {
      grant_type: 'client_credentials',
      resource: JWT.identifier,
      scope: 'read',
    })
    const { payload } = await verify(body.access_token)
    expect(payload).to.include({ sub: service.client_id, scope: 'read' })
    const wider = await tokenRequest(server, service, {
      grant_type: 'client_credentials',
      resource: JWT.identifier,
      scope: 'read admin',
    })
    if (wider.status === 200) expect((await verify(wider.body.access_token)).payload.scope).to.equal('read')
    else expect(wider.body.error).to.equal('invalid_scope')
  })
})
