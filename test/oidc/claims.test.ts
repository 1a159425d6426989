// Which claims an app gets (OIDC Core 1.0, sections 5.4 and 5.5).
import { expect } from 'chai'
import { asking, expectAsked } from '../support/asking.ts'
import { answerOf, authorize, claimsIn, userinfo } from '../support/endpoints.ts'
import { allow, codeOf, redeem, signIn, signInForTokens } from '../support/flow.ts'
import { wordsOf } from '../support/visitor.ts'

describe('an authorization request with', () => {
  const asks = asking()

  describe('claims', () => {
    it('single claims: asked about, and given where they were asked for', async () => {
      await asks.server.app.accounts.change(asks.person.id, account => ({ ...account, profile: { nickname: 'Ada' } }))
      const fresh = await asks.server.register('web')
      const claims = JSON.stringify({ id_token: { nickname: null }, userinfo: { email: { essential: true } } })
      const { page, codeVerifier } = await authorize(asks.server, fresh, { scope: 'openid', claims }, asks.visitor)
      expect(wordsOf(page)).to.match(/nickname/i)
      const { body } = await redeem(asks.server, fresh, codeOf(await allow(asks.visitor, page)), codeVerifier)
      expect(claimsIn(body.id_token)).to.include({ nickname: 'Ada' }).and.to.not.have.property('email')
      const info = (await userinfo(asks.server, body.access_token)).body
      expect(info).to.include({ email: asks.person.email }).and.to.not.have.property('nickname')
    })

    it('a claim that the person unticks: not given', async () => {
      const fresh = await asks.server.register('web')
      const { page, codeVerifier } = await authorize(
        asks.server,
        fresh,
        { scope: 'openid profile email' },
        asks.visitor,
      )
      const end = await asks.visitor.submit(page, '/consent', { decision: 'allow', scope: ['profile'] })
      const { body } = await redeem(asks.server, fresh, codeOf(end), codeVerifier)
      expect(body.scope).to.equal('openid profile')
      expect((await userinfo(asks.server, body.access_token)).body).to.not.have.property('email')
    })

    it('what is ours alone is no claim, however it is asked for', async () => {
      const members = ['passwordHash', 'status', 'roles', 'validFrom', 'admin', 'createdAt', '__proto__', 'constructor']
      const wanted = Object.fromEntries(members.map(member => [member, { essential: true }]))
      const claims = JSON.stringify({ id_token: wanted, userinfo: wanted })
      const { claims: given, tokens } = await asks.finish(await asks.ask({ claims }))
      const { body } = await userinfo(asks.server, tokens.access_token)
      for (const member of members) {
        expect(Object.keys(given)).to.not.include(member)
        expect(Object.keys(body)).to.not.include(member)
      }
    })

    it('what the person takes back is not given any more, in another browser either', async () => {
      const fresh = await asks.server.register('web')
      const scope = { scope: 'openid profile email' }
      await signInForTokens(asks.server, fresh, asks.person.email, { params: scope })
      const { page } = await authorize(asks.server, fresh, { ...scope, prompt: 'consent' }, asks.visitor)
      await asks.visitor.submit(page, '/consent', { decision: 'allow', remember: 'yes', scope: ['profile'] })

      const elsewhere = await authorize(asks.server, fresh, scope)
      const asked = await signIn(elsewhere.visitor, elsewhere.page, asks.person.email)
      expect(wordsOf(asked)).to.include('Your email address').and.to.not.include('Your profile')
    })

    it('scopes give the claims that they stand for, with real values', async () => {
      await asks.server.app.accounts.change(asks.person.id, account => ({
        ...account,
        phone: '+15551234567',
        phoneVerified: true,
        address: { locality: 'Lisbon', country: 'PT' },
        profile: { name: 'Ada Lovelace', given_name: 'Ada', zoneinfo: 'Europe/London' },
      }))
      const { page, codeVerifier } = await asks.ask({ scope: 'openid profile email phone address' })
      const { body } = await redeem(asks.server, asks.client, codeOf(await allow(asks.visitor, page)), codeVerifier)
      expect((await userinfo(asks.server, body.access_token)).body).to.deep.include({
        sub: asks.person.id,
        name: 'Ada Lovelace',
        given_name: 'Ada',
        zoneinfo: 'Europe/London',
        email: asks.person.email,
        email_verified: true,
        phone_number: '+15551234567',
        phone_number_verified: true,
        address: { locality: 'Lisbon', country: 'PT' },
      })
    })

    it('sub of this person: fine; of another: that one is asked to sign in', async () => {
      const other = await asks.server.person()
      const claimsFor = (sub: string) => JSON.stringify({ id_token: { sub: { value: sub } } })
      expect(answerOf((await asks.ask({ prompt: 'none', claims: claimsFor(asks.person.id) })).page)).to.have.property(
        'code',
      )
      const { page: silent } = await asks.ask({ prompt: 'none', claims: claimsFor(other.id) })
      expect(answerOf(silent).error).to.equal('login_required')

      const asked = await asks.ask({ claims: claimsFor(other.id) })
      expectAsked(asked.page, 'identifier')
      const wrong = await signIn(asks.visitor, asked.page, asks.person.email)
      expectAsked(wrong, 'identifier')
      const page = await signIn(asks.visitor, wrong, other.email)
      expect((await asks.finish({ ...asked, page })).claims.sub).to.equal(other.id)
    })
  })
})
