// Attacks on codes, PKCE and refresh tokens.
import { expect } from 'chai'
import { answerOf, authorize, introspect, refresh } from '../support/endpoints.ts'
import { eachEngine, type EngineName, type OpenUrl } from '../support/engines.ts'
import { redeem, signInForTokens, tokenRequest } from '../support/flow.ts'
import { REDIRECT_URI } from '../support/server.ts'
import { target } from './target.ts'

describe('attacks on codes and refresh tokens', () => eachEngine(attacks))

function attacks(_engine: EngineName, openUrl: OpenUrl): void {
  const at = target(openUrl)

  describe('PKCE [CVE-2024-23647, CVE-2024-22258, CVE-2023-48228]', () => {
    it('drops code_challenge: refused', async () => {
      const { page } = await authorize(at.server, at.client, {
        code_challenge: undefined,
        code_challenge_method: undefined,
      })
      expect(answerOf(page).error).to.equal('invalid_request')
    })

    it('asks for the plain method, or leaves the method out: refused', async () => {
      for (const method of ['plain', 'none', undefined]) {
        const { page } = await authorize(at.server, at.client, { code_challenge_method: method })
        expect(answerOf(page).error).to.equal('invalid_request')
      }
    })

    it('sends a verifier for a code that was asked for without a challenge: invalid_grant', async () => {
      const lenient = await at.server.register('web', { require_pkce: false })
      const without = { code_challenge: undefined, code_challenge_method: undefined }
      const { code } = await at.freshCode(lenient, without)
      const { status, body } = await redeem(at.server, lenient, code, 'v'.repeat(43))
      expect(status).to.equal(400)
      expect(body.error).to.equal('invalid_grant')
    })

    it('sends no verifier, an empty, a 1-character or another one: invalid_grant', async () => {
      for (const verifier of [undefined, '', 'x', 'x'.repeat(43), 'x'.repeat(200)]) {
        const { code } = await at.freshCode()
        const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
        const sent = verifier === undefined ? fields : { ...fields, code_verifier: verifier }
        const { status, body } = await tokenRequest(at.server, at.client, sent)
        expect(status, String(verifier)).to.equal(400)
        expect(body.error, String(verifier)).to.equal('invalid_grant')
      }
    })

    it('guesses verifiers: after 5 wrong ones the code is dead, for the right one too', async () => {
      const { code, codeVerifier } = await at.freshCode()
      for (let guess = 0; guess < 5; guess += 1) await redeem(at.server, at.client, code, `${guess}`.repeat(43))
      expect((await redeem(at.server, at.client, code, codeVerifier)).body.error).to.equal('invalid_grant')
    })

    it('makes one mistake as an honest app: the right verifier still works', async () => {
      const { code, codeVerifier } = await at.freshCode()
      await redeem(at.server, at.client, code, 'x'.repeat(43))
      expect((await redeem(at.server, at.client, code, codeVerifier)).status).to.equal(200)
    })
  })

  it('redeems a code as another client: 400, and its owner can still use it', async () => {
    const thief = await at.server.register('web')
    const { code, codeVerifier } = await at.freshCode()
    for (let tries = 0; tries < 6; tries += 1) {
      const stolen = await redeem(at.server, thief, code, tries === 0 ? codeVerifier : 'x'.repeat(43))
      expect(stolen.status).to.equal(400)
      expect(stolen.body.error).to.equal('invalid_grant')
    }
    expect((await redeem(at.server, at.client, code, codeVerifier)).status).to.equal(200)
  })

  it('redeems a code with another redirect_uri: invalid_grant', async () => {
    const both = await at.server.register('web', { redirect_uris: [REDIRECT_URI, `${REDIRECT_URI}/second`] })
    const { code, codeVerifier } = await at.freshCode(both)
    const { body } = await redeem(at.server, both, code, codeVerifier, { redirect_uri: `${REDIRECT_URI}/second` })
    expect(body.error).to.equal('invalid_grant')
  })

  it('refreshes with a wider scope: invalid_scope', async () => {
    const { tokens } = await signInForTokens(at.server, at.client, at.email, { params: { scope: 'openid email' } })
    const { status, body } = await refresh(at.server, at.client, tokens.refresh_token, {
      scope: 'openid email phone',
    })
    expect(status).to.equal(400)
    expect(body.error).to.equal('invalid_scope')
    const narrower = await refresh(at.server, at.client, tokens.refresh_token, { scope: 'openid' })
    expect(narrower.body.scope).to.equal('openid')
  })

  it('refreshes, introspects or revokes a token of another client: nothing happens to it', async () => {
    const other = await at.server.register('web')
    const { tokens } = await signInForTokens(at.server, at.client, at.email)
    expect((await refresh(at.server, other, tokens.refresh_token)).body.error).to.equal('invalid_grant')
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect((await introspect(at.server, other, token)).body).to.deep.equal({ active: false })
      await tokenRequest(at.server, other, { token }, '/revoke')
      expect((await introspect(at.server, at.client, token)).body.active).to.equal(true)
    }
  })
}
