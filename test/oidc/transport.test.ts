// How a request comes to us, and how its answer goes back: pushed, posted, gone on with, by a form.
import { expect } from 'chai'
import { asking } from '../support/asking.ts'
import { answerOf } from '../support/endpoints.ts'
import { allow, codeOf, redeem, tokenRequest } from '../support/flow.ts'

describe('an authorization request', () => {
  const asks = asking()

  describe('pushed (RFC 9126)', () => {
    it('is made once, by its own client', async () => {
      const { url, codeVerifier } = await asks.ask({ prompt: 'none' })
      const { status, body } = await tokenRequest(
        asks.server,
        asks.client,
        Object.fromEntries(url.searchParams),
        '/par',
      )
      expect(status).to.equal(201)
      const pushed = new URL(
        `/authorize?${new URLSearchParams({ client_id: asks.client.client_id, request_uri: String(body.request_uri) })}`,
        asks.server.issuer,
      )
      const other = await asks.server.register('web')
      const foreign = new URL(pushed)
      foreign.searchParams.set('client_id', other.client_id)
      const stolen = await asks.visitor.open(foreign)
      expect(stolen.status).to.equal(400)

      const page = await asks.visitor.open(pushed)
      expect((await redeem(asks.server, asks.client, codeOf(page), codeVerifier)).status).to.equal(200)
      const again = await asks.visitor.open(pushed)
      expect(again.url.searchParams.get('code')).to.equal(null)
      expect(again.status).to.equal(400)
    })

    it('is refused for an unregistered redirect URI or a missing challenge, before anyone is sent anywhere', async () => {
      const { url } = await asks.ask({ prompt: 'none' })
      const fields = Object.fromEntries(url.searchParams)
      const mistakes: Record<string, string>[] = [{ redirect_uri: 'https://evil.example/' }, { code_challenge: '' }]
      for (const wrong of mistakes) {
        const { status, body } = await tokenRequest(asks.server, asks.client, { ...fields, ...wrong }, '/par')
        expect(status).to.equal(400)
        expect(body.error).to.equal('invalid_request')
      }
    })
  })

  describe('posted', () => {
    it('is a request like any other, the live session included', async () => {
      const { url, codeVerifier } = await asks.ask({ prompt: 'none' })
      const fields = Object.fromEntries(url.searchParams)
      const page = await asks.visitor.post('/authorize', fields, { origin: 'https://app.example' })
      expect((await redeem(asks.server, asks.client, codeOf(page), codeVerifier)).status).to.equal(200)
    })

    it('with a parameter twice, too large, or of another type: refused', async () => {
      const { url } = await asks.ask({ prompt: 'none' })
      const fields = Object.fromEntries(url.searchParams)
      const twice = await asks.visitor.post('/authorize', { ...fields, nonce: ['a', 'b'] })
      expect(answerOf(twice).error).to.equal('invalid_request')
      for (const length of [8_192, 70_000]) {
        const { status } = await asks.visitor.post('/authorize', { ...fields, state: 's'.repeat(length) })
        expect(status, `${length}`).to.equal(413)
      }
      const json = await fetch(new URL('/authorize', asks.server.issuer), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      })
      expect(json.status).to.equal(415)
    })

    it('to sign out: the same page as by GET', async () => {
      const page = await asks.visitor.post('/logout', { id_token_hint: asks.idToken })
      await asks.visitor.submit(page, '/logout/confirm', { logout: 'yes' })
      expect(answerOf((await asks.ask({ prompt: 'none' })).page).error).to.equal('login_required')
    })
  })

  it('that was answered cannot be gone on with again', async () => {
    const { page, visitor } = await asks.ask({ prompt: 'consent' })
    const resume = new URL(page.url.pathname.replace('/signin/', '/authorize/'), asks.server.issuer)
    codeOf(await allow(visitor, page))
    const again = await visitor.open(resume)
    expect(again.url.searchParams.get('code')).to.equal(null)
    expect(again.status).to.equal(400)
  })

  it('with response_mode=form_post comes back by a form that our policy lets run', async () => {
    const { page } = await asks.ask({ prompt: 'none', response_mode: 'form_post' })
    expect(page.status).to.equal(200)
    expect(page.html).to.include('name="code"').and.to.include('name="iss"')
    expect(page.html.match(/<script[^>]*>/g)).to.deep.equal(['<script src="/assets/submit.js" defer>'])
    const policy = page.headers.get('content-security-policy')!
    expect(policy).to.include("script-src 'self';").and.to.not.include('form-action').and.to.not.include('unsafe')
  })
})
