// OIDC Core 1.0, section 11.
import { expect } from 'chai'
import { asking } from '../support/asking.ts'
import { refresh, userinfo } from '../support/endpoints.ts'
import { signInForTokens } from '../support/flow.ts'
import { wordsOf } from '../support/visitor.ts'

describe('an authorization request with', () => {
  const asks = asking()

  describe('offline_access', () => {
    const scope = 'openid offline_access'

    it('with prompt=consent: asked about, granted, and it outlives the session', async () => {
      const asked = await asks.ask({ scope, prompt: 'consent' })
      expect(wordsOf(asked.page)).to.include('Access while you are away')
      const { tokens } = await asks.finish(asked)
      expect(tokens.scope).to.equal(scope)
      await signOut()
      expect((await refresh(asks.server, asks.client, tokens.refresh_token)).status).to.equal(200)
    })

    it('without prompt=consent: a refresh token by the client’s grant types, which ends with the session', async () => {
      const { tokens } = await asks.finish(await asks.ask({ scope }))
      expect(tokens.scope).to.equal('openid')
      const { body } = await refresh(asks.server, asks.client, tokens.refresh_token)
      expect(body.refresh_token).to.be.a('string')
      await signOut()
      expect((await refresh(asks.server, asks.client, body.refresh_token)).body.error).to.equal('invalid_grant')
      expect((await userinfo(asks.server, body.access_token)).status).to.equal(401)
    })

    it('for a client without the refresh_token grant type: no refresh token', async () => {
      const plain = await asks.server.register('web', { grant_types: ['authorization_code'] })
      const { tokens } = await signInForTokens(asks.server, plain, asks.person.email, {
        params: { scope, prompt: 'consent' },
      })
      expect(tokens).to.not.have.property('refresh_token')
    })

    async function signOut() {
      const page = await asks.visitor.open('/logout')
      await asks.visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    }
  })
})
