// RFC 9126.
import { expect } from 'chai'
import { asking } from '../support/asking.ts'
import { codeOf, redeem, tokenRequest } from '../support/flow.ts'

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
})
