// Attacks on the way that apps prove who they are.
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { clientDeclaration } from '../../src/oidc/clients/client-record.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { claimsIn, introspect } from '../support/endpoints.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine, type EngineName, type OpenUrl } from '../support/engines.ts'
import { tokenRequest } from '../support/flow.ts'
import { target } from './target.ts'

describe('attacks on client authentication', () => eachEngine(attacks))

function attacks(_engine: EngineName, openUrl: OpenUrl): void {
  const at = target(openUrl)

  describe('client authentication', () => {
    let signed: ClientView
    let assertion: (claims?: Record<string, unknown>) => Promise<string>

    before(async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256')
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] }
      signed = await at.server.register('web', { token_endpoint_auth_method: 'private_key_jwt', jwks })
      const id = signed.client_id
      assertion = (claims = {}) => {
        const now = Math.floor(Date.now() / 1000)
        const jti = crypto.randomUUID()
        return new SignJWT({ iss: id, sub: id, aud: at.server.issuer, iat: now, exp: now + 60, jti, ...claims })
          .setProtectedHeader({ alg: 'ES256', kid: 'k' })
          .sign(privateKey)
      }
    })

    afterEach(resetClock)

    const introspectBy = async (clientAssertion: string) =>
      tokenRequest(
        at.server,
        { client_id: signed.client_id },
        {
          token: 'x',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: clientAssertion,
        },
        '/introspect',
      )

    it('tries secrets of a client: after 30 wrong ones its network is told to wait, for each endpoint and the right one too', async () => {
      const tried = await at.server.register('service')
      const guess = (secret: string, path = '/token') =>
        tokenRequest(
          at.server,
          { ...tried, client_secret: secret },
          { grant_type: 'client_credentials', token: 'x' },
          path,
        )
      for (let tries = 0; tries < 30; tries += 1) expect((await guess(`guess ${tries}`)).status).to.equal(401)
      // The one that passes the limit is the last that is looked at.
      await guess('guess 30')
      for (const path of ['/token', '/introspect', '/revoke']) {
        const { status, body, headers } = await guess(tried.client_secret!, path)
        expect([status, body.error]).to.deep.equal([429, 'temporarily_unavailable'])
        expect(Number(headers.get('retry-after'))).to.be.within(290, 300)
      }
      const { items } = await at.server.app.events.list({ limit: 200, order: 'desc' })
      expect(
        items.filter(({ type, clientId }) => type === 'client.locked' && clientId === tried.client_id),
      ).to.have.length(1)
      const other = await at.server.register('service')
      expect((await tokenRequest(at.server, other, { grant_type: 'client_credentials' })).status).to.equal(200)
      moveClock(301_000)
      expect((await guess(tried.client_secret!)).status).to.equal(200)
    })

    it('accepts an assertion made for this issuer', async () => {
      expect((await introspectBy(await assertion())).status).to.equal(200)
    })

    it('replays the jti of a client_assertion, in parallel: one is accepted [CVE-2020-5300]', async () => {
      const once = await assertion()
      // Nothing reads it: whoever looked before writing would have all of them look at once.
      at.hold.together('replays.get', 20)
      const answers = await Promise.all(Array.from({ length: 20 }, () => introspectBy(once)))
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      expect(new Set(answers.map(({ body }) => body.error))).to.deep.equal(new Set([undefined, 'invalid_client']))
      expect((await introspectBy(once)).status).to.equal(401)
    })

    it('sends an assertion whose aud is the token endpoint, or more than the issuer: refused [CVE-2025-27370]', async () => {
      const wrong = [
        `${at.server.issuer}/token`,
        [at.server.issuer, 'https://other.example'],
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
      const known = await at.server.app.store.collection(clientDeclaration).get(at.client.client_id)
      const { hash } = known!.secrets[0]!
      for (const secret of ['x', `${at.client.client_secret}x`, hash, `${hash}@`, `${hash}@ `]) {
        const { status, body } = await introspect(at.server, { ...at.client, client_secret: secret }, 'x')
        expect(status, secret).to.equal(401)
        expect(body.error).to.equal('invalid_client')
      }
      expect((await introspect(at.server, { client_id: at.client.client_id }, 'x')).body.error).to.equal(
        'invalid_client',
      )
      expect((await introspect(at.server, at.client, 'x')).status).to.equal(200)
    })
  })
}
