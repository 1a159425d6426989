// Attacks on the authorization request and its answer. Each test is named by what the attacker does, and says what must
// happen instead.
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import { Refused } from '../../src/lib/errors.ts'
import { answerOf, authorize, claimsIn } from '../support/endpoints.ts'
import { eachEngine, type EngineName, type OpenUrl } from '../support/engines.ts'
import { authorization, redeem, tokenRequest } from '../support/flow.ts'
import { REDIRECT_URI } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { basic, SUFFIXES, target } from './target.ts'

describe('attacks on the authorization request', () => eachEngine(attacks))

function attacks(_engine: EngineName, openUrl: OpenUrl): void {
  const at = target(openUrl)

  async function expectNoRedirect(redirectUri: string, registered = REDIRECT_URI) {
    const app =
      registered === REDIRECT_URI ? at.client : await at.server.register('web', { redirect_uris: [registered] })
    const { url } = authorization(at.server, app, { redirect_uri: redirectUri })
    const response = await new Visitor(at.server.issuer).send('GET', url)
    expect(response.status, redirectUri).to.equal(400)
    expect(response.headers.get('location'), redirectUri).to.equal(null)
    expect(await response.text()).to.include('redirect_uri')
  }

  describe('redirect URIs that are almost right', () => {
    for (const evil of [...SUFFIXES, '/'])
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
        const { url } = authorization(at.server, at.client, params)
        if (!('redirect_uri' in params)) url.searchParams.append('redirect_uri', 'https://evil.example/')
        const response = await new Visitor(at.server.issuer).send('GET', url)
        expect(response.status).to.equal(400)
        expect(response.headers.get('location')).to.equal(null)
      }
    })

    it('is wrong beside another mistake: still no redirect', async () => {
      const wrong = { redirect_uri: `${REDIRECT_URI}.evil`, response_type: 'token', code_challenge: undefined }
      const response = await new Visitor(at.server.issuer).send('GET', authorization(at.server, at.client, wrong).url)
      expect(response.status).to.equal(400)
      expect(response.headers.get('location')).to.equal(null)
    })
  })

  it('registers a javascript:, data: or fragment redirect URI: refused with 400 [CVE-2026-67333]', async () => {
    const uris = ['javascript:alert(1)', 'data:text/html,x', `${REDIRECT_URI}#x`, 'not a uri', '//evil.example/cb', '']
    for (const type of ['web', 'spa', 'native'] as const)
      for (const uri of uris) {
        const error = await at.server.register(type, { redirect_uris: [uri] }).then(
          () => undefined,
          (refused: unknown) => refused as Refused,
        )
        expect(error, `${type} ${uri}`).to.be.instanceOf(Refused)
        expect(error!.status).to.equal(400)
        expect(error!.hint).to.include('redirect_uris')
      }
  })

  describe('mixing up issuers [RFC 9207]', () => {
    it('finds iss on every answer, success or error', async () => {
      const { code, visitor } = await at.freshCode()
      expect(code).to.be.a('string')
      const { page } = await authorize(at.server, at.client, { prompt: 'none' }, visitor)
      expect(answerOf(page)).to.include({ iss: at.server.issuer }).and.to.have.property('code')
      const mistakes: Record<string, string | undefined>[] = [
        { prompt: 'none' },
        { response_type: 'token' },
        { scope: 'openid', claims: 'no json' },
        { code_challenge: undefined, code_challenge_method: undefined },
        { id_token_hint: 'forged' },
        { max_age: '-1' },
      ]
      for (const params of mistakes) {
        const { url } = authorization(at.server, at.client, { state: 's', ...params })
        const response = await new Visitor(at.server.issuer).send('GET', url)
        const to = new URL(response.headers.get('location')!)
        const answer = new URLSearchParams(to.search || to.hash.slice(1))
        expect(answer.get('iss'), JSON.stringify(params)).to.equal(at.server.issuer)
        expect(answer.get('error'), JSON.stringify(params)).to.be.a('string')
        expect(answer.get('state')).to.equal('s')
      }
    })

    it('answers with the iss of another server: the client rejects it', async () => {
      const as = await discover(at.server.issuer)
      const { page } = await authorize(at.server, at.client, { prompt: 'none', state: 's' })
      const asClient = { client_id: at.client.client_id }
      expect(() => oauth.validateAuthResponse(as, asClient, page.url, 's')).to.throw(oauth.AuthorizationResponseError)
      page.url.searchParams.set('iss', 'https://evil.example')
      expect(() => oauth.validateAuthResponse(as, asClient, page.url, 's')).to.throw(/issuer|"iss"/)
      page.url.searchParams.delete('iss')
      expect(() => oauth.validateAuthResponse(as, asClient, page.url, 's')).to.throw(/"iss"/)
    })
  })

  describe('oversized and doubled parameters [CVE-2026-9704]', () => {
    it('are refused or kept whole, never dropped or cut', async () => {
      const state = 's'.repeat(6000)
      const nonce = 'n'.repeat(3000)
      const { code, codeVerifier, visitor } = await at.freshCode(at.client, { nonce })
      const { body } = await redeem(at.server, at.client, code, codeVerifier)
      expect(claimsIn(body.id_token).nonce).to.equal(nonce)
      const { page } = await authorize(at.server, at.client, { state, prompt: 'none' }, visitor)
      expect(answerOf(page)).to.include({ state }).and.to.have.property('code')

      const tooLong = await new Visitor(at.server.issuer).send(
        'GET',
        authorization(at.server, at.client, { state: 's'.repeat(20_000) }).url,
      )
      expect(tooLong.status).to.equal(431)
      const { searchParams } = authorization(at.server, at.client, { state: 's'.repeat(70_000) }).url
      expect((await tokenRequest(at.server, at.client, Object.fromEntries(searchParams), '/par')).status).to.equal(400)
    })

    it('a login_hint that is longer than any name: refused', async () => {
      const { page } = await authorize(at.server, at.client, { login_hint: 'x'.repeat(400) })
      expect(answerOf(page).error).to.equal('invalid_request')
    })

    it('are refused when they come twice', async () => {
      for (const name of ['scope', 'state', 'nonce', 'code_challenge', 'prompt', 'client_id', 'response_type']) {
        const { url } = authorization(at.server, at.client, { prompt: 'none' })
        url.searchParams.append(name, url.searchParams.get(name)!)
        const response = await new Visitor(at.server.issuer).send('GET', url)
        const location = response.headers.get('location')
        if (location) expect(new URL(location).searchParams.get('error'), name).to.equal('invalid_request')
        else expect(response.status, name).to.equal(400)
      }
      const { code, codeVerifier } = await at.freshCode()
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: codeVerifier,
        redirect_uri: REDIRECT_URI,
      })
      body.append('code', code)
      const answer = await fetch(`${at.server.issuer}/token`, {
        method: 'POST',
        headers: { authorization: basic(at.client) },
        body,
      })
      expect(answer.status).to.equal(400)
    })
  })

  it('asks with prompt=none and no session: login_required, and no page', async () => {
    const response = await new Visitor(at.server.issuer).send(
      'GET',
      authorization(at.server, at.client, { prompt: 'none' }).url,
    )
    expect(response.status).to.equal(303)
    expect(new URL(response.headers.get('location')!).searchParams.get('error')).to.equal('login_required')
    expect(response.headers.getSetCookie().filter(cookie => cookie.startsWith('latchkey_signin='))).to.deep.equal([])
  })

  it('puts markup into parameters: the error page escapes it', async () => {
    const markup = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    const pages = [
      await authorize(at.server, { client_id: markup }),
      await authorize(at.server, at.client, { redirect_uri: `https://evil.example/${markup}` }),
      await authorize(at.server, at.client, { redirect_uri: `${REDIRECT_URI}x`, scope: markup, state: markup }),
    ]
    for (const { page } of pages) {
      expect(page.html).to.not.include('<script>alert').and.to.not.include('<img src=x')
      expect(page.headers.get('content-security-policy')).to.match(/script-src( 'none')?;/)
      expect(wordsOf(page)).to.include('Trace id')
    }
  })
}

async function discover(issuer: string) {
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, { [oauth.allowInsecureRequests]: true })
  return oauth.processDiscoveryResponse(url, response)
}
