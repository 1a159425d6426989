// What may be used once is used once: codes, refresh tokens, client assertions. On every store, 50 at a time.
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { recordKinds } from '../../src/oidc/store/records.ts'
import { recordIdOf } from '../../src/oidc/store/token-ids.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine, WITH_REDIS } from '../support/engines.ts'
import { codeOf, redeem, signInForTokens, tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Visitor } from '../support/visitor.ts'

const RACERS = 50
const SECOND = 1000

function race<T>(run: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: RACERS }, run))
}

describe('once', () => {
  eachEngine((_name, openUrl, env) => {
    let server: TestServer
    let client: ClientView
    let email: string
    let accountId: string
    let visitor: Visitor

    before(async () => {
      server = await startServer({ store: await openUrl(), env })
      client = await server.register('web')
      ;({ email, id: accountId } = await server.person())
      visitor = (await signInForTokens(server, client, email)).visitor
    })
    after(() => server?.close())
    afterEach(resetClock)

    async function freshCode() {
      const { page, codeVerifier } = await authorize(server, client, {}, visitor)
      return { code: codeOf(page), codeVerifier }
    }
    const freshTokens = async () => (await signInForTokens(server, client, email, { visitor })).tokens
    /** How many tokens there are under the grant of a refresh token. */
    async function storedOf(refreshToken: string) {
      const of = (model: string) => server.app.store.collection(recordKinds[model]!.declaration)
      const { grantId } = (await of('RefreshToken').get(recordIdOf(refreshToken)))!
      const count = (model: string) => of(model).count({ grantId: grantId! })
      return { RefreshToken: await count('RefreshToken'), AccessToken: await count('AccessToken') }
    }
    const revocations = async () => {
      const { items } = await server.app.events.list({ limit: 100, order: 'desc' })
      return items.filter(entry => entry.type === 'grant.revoked')
    }

    describe('an authorization code', () => {
      it('is redeemed once by 50 parallel requests', async () => {
        const { code, codeVerifier } = await freshCode()
        const answers = await race(() => redeem(server, client, code, codeVerifier))
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
        const losers = answers.filter(({ status }) => status !== 200)
        expect(losers.map(({ status, body }) => `${status} ${body.error}`)).to.deep.equal(
          losers.map(() => '400 invalid_grant'),
        )
      })

      it('is used again later: its tokens die, and it is in the audit', async () => {
        const { code, codeVerifier } = await freshCode()
        const { body } = await redeem(server, client, code, codeVerifier)
        expect((await userinfo(server, body.access_token)).status).to.equal(200)
        const before = (await revocations()).length

        expect((await redeem(server, client, code, codeVerifier)).body.error).to.equal('invalid_grant')
        expect((await userinfo(server, body.access_token)).status).to.equal(401)
        expect((await refresh(server, client, body.refresh_token)).body.error).to.equal('invalid_grant')
        const [entry, ...older] = await revocations()
        expect(older).to.have.length(before)
        expect(entry).to.deep.include({ accountId, clientId: client.client_id, details: { reason: 'reuse' } })
      })

      it('was used again: the same session gets new tokens all the same', async () => {
        const { code, codeVerifier } = await freshCode()
        for (let uses = 0; uses < 2; uses += 1) await redeem(server, client, code, codeVerifier)
        const tokens = await freshTokens()
        expect((await userinfo(server, tokens.access_token)).status).to.equal(200)
        expect((await refresh(server, client, tokens.refresh_token)).status).to.equal(200)
      })

      it('is of no use after a minute', async () => {
        const { code, codeVerifier } = await freshCode()
        moveClock(61 * SECOND)
        expect((await redeem(server, client, code, codeVerifier)).body.error).to.equal('invalid_grant')
      })
    })

    describe('a refresh token', () => {
      it('is used once by 50 parallel requests, and what the winner got works', async () => {
        const tokens = await freshTokens()
        const before = await storedOf(tokens.refresh_token)
        const answers = await race(() => refresh(server, client, tokens.refresh_token))
        const winners = answers.filter(({ status }) => status === 200)
        expect(winners).to.have.length(1)
        const losers = answers.filter(({ status }) => status !== 200)
        expect(new Set(losers.map(({ status, body }) => `${status} ${body.error}`))).to.deep.equal(
          new Set(['400 invalid_grant']),
        )
        expect(await storedOf(tokens.refresh_token), 'what the losers left').to.deep.equal({
          RefreshToken: before.RefreshToken + 1,
          AccessToken: before.AccessToken + 1,
        })
        const [{ body }] = winners as [(typeof winners)[0]]
        expect((await userinfo(server, body.access_token)).status).to.equal(200)
        expect((await introspect(server, client, body.refresh_token)).body.active).to.equal(true)
        expect((await refresh(server, client, body.refresh_token)).status).to.equal(200)
      })

      it('is refused within 10 s of its use, and nothing is revoked', async () => {
        const tokens = await freshTokens()
        const { body: next } = await refresh(server, client, tokens.refresh_token)
        moveClock(5 * SECOND)
        expect((await refresh(server, client, tokens.refresh_token)).body.error).to.equal('invalid_grant')
        expect((await refresh(server, client, next.refresh_token)).status).to.equal(200)
      })

      it('is used again after 10 s: the whole grant ends, and the audit says whose', async () => {
        const tokens = await freshTokens()
        const { body: second } = await refresh(server, client, tokens.refresh_token)
        const { body: third } = await refresh(server, client, second.refresh_token)
        moveClock(11 * SECOND)
        const before = (await revocations()).length

        expect((await refresh(server, client, tokens.refresh_token)).body.error).to.equal('invalid_grant')
        expect((await refresh(server, client, third.refresh_token)).body.error).to.equal('invalid_grant')
        for (const token of [tokens.access_token, second.access_token, third.access_token]) {
          expect((await userinfo(server, token)).status).to.equal(401)
          expect((await introspect(server, client, token)).body).to.deep.equal({ active: false })
        }
        const [entry, ...older] = await revocations()
        expect(older).to.have.length(before)
        expect(entry).to.deep.include({ accountId, clientId: client.client_id, details: { reason: 'reuse' } })
      })

      it('slides for a week, and ends 30 days after the sign-in however often it is used', async () => {
        const { tokens } = await signInForTokens(server, client, email, {
          params: { scope: 'openid offline_access', prompt: 'consent' },
        })
        let token: string = tokens.refresh_token
        for (let weeks = 0; weeks < 5; weeks += 1) {
          moveClock(6 * 24 * 3600 * SECOND)
          const { status, body } = await refresh(server, client, token)
          expect(status, `${weeks + 1} weeks`).to.equal(weeks < 4 ? 200 : 400)
          token = body.refresh_token ?? token
        }
      })

      it('is not used for a week: it is dead', async () => {
        const { tokens } = await signInForTokens(server, client, email, {
          params: { scope: 'openid offline_access', prompt: 'consent' },
        })
        moveClock(8 * 24 * 3600 * SECOND)
        expect((await refresh(server, client, tokens.refresh_token)).body.error).to.equal('invalid_grant')
      })
    })

    it('a client assertion is accepted once of 50 parallel uses', async () => {
      const keys = await generateKeyPair('ES256')
      const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' }] }
      const service = await server.register('service', { token_endpoint_auth_method: 'private_key_jwt', jwks })
      const { client_id: id } = service
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: id, sub: id, aud: server.issuer, iat: now, exp: now + 60, jti: 'once' }
      const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(keys.privateKey)
      const answers = await race(() =>
        tokenRequest(
          server,
          { client_id: id },
          {
            grant_type: 'client_credentials',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: assertion,
          },
        ),
      )
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      expect(answers.filter(({ body }) => body.error === 'invalid_client')).to.have.length(RACERS - 1)
    })
  }, WITH_REDIS)
})
