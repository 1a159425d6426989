// Hints about who the person is, and parameters that change nothing (OIDC Core 1.0, section 3.1.2.1).
import { expect } from 'chai'
import { generateKeyPair, SignJWT } from 'jose'
import { asking, expectAsked } from '../support/asking.ts'
import { moveClock } from '../support/clock.ts'
import { answerOf, claimsIn } from '../support/endpoints.ts'
import { signInForTokens } from '../support/flow.ts'
import { Visitor } from '../support/visitor.ts'

const SECOND = 1000

describe('an authorization request with', () => {
  const asks = asking()

  describe('id_token_hint', () => {
    it('of this person, expired or not: fine', async () => {
      expect(answerOf((await asks.ask({ prompt: 'none', id_token_hint: asks.idToken })).page)).to.have.property('code')
      moveClock(3600 * SECOND)
      expect(answerOf((await asks.ask({ prompt: 'none', id_token_hint: asks.idToken })).page)).to.have.property('code')
    })

    it('of another person: login_required, or that person is asked for', async () => {
      const other = await asks.server.person()
      const { tokens } = await signInForTokens(asks.server, asks.client, other.email)
      const hint = { id_token_hint: tokens.id_token }
      expect(answerOf((await asks.ask({ prompt: 'none', ...hint })).page).error).to.equal('login_required')
      expectAsked((await asks.ask(hint)).page, 'identifier')
    })

    it('forged, of another issuer, of another client, or no JWT: invalid_request', async () => {
      const { privateKey } = await generateKeyPair('RS256')
      const kid = JSON.parse(Buffer.from(asks.idToken.split('.')[0]!, 'base64url').toString()).kid as string
      const forged = await new SignJWT(claimsIn(asks.idToken))
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(privateKey)
      const other = await asks.server.register('web')
      const { tokens } = await signInForTokens(asks.server, other, asks.person.email)
      const [, payload] = asks.idToken.split('.')
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
      for (const hint of [forged, tokens.id_token, unsigned, 'x', 'a.b.c'])
        expect(answerOf((await asks.ask({ prompt: 'none', id_token_hint: hint })).page).error).to.equal(
          'invalid_request',
        )
    })
  })

  describe('login_hint', () => {
    it('is filled in, escaped', async () => {
      const { page } = await asks.ask({ login_hint: '"><script>x' }, new Visitor(asks.server.issuer))
      expect(page.html).to.include('&#34;&gt;&lt;script&gt;x').and.to.not.include('<script>x')
      const known = await asks.ask({ login_hint: asks.person.email }, new Visitor(asks.server.issuer))
      expect(known.page.html).to.include(`value="${asks.person.email}"`)
    })

    it('of another person than the session’s changes nothing by itself', async () => {
      expect(answerOf((await asks.ask({ login_hint: 'other@example.com', prompt: 'none' })).page)).to.have.property(
        'code',
      )
    })
  })

  it('ui_locales, display and unknown parameters: taken without a word', async () => {
    for (const params of [{ ui_locales: 'fr-CA fr en' }, { ui_locales: '../../etc' }, { display: 'popup' }, { x: 'y' }])
      expect(answerOf((await asks.ask({ prompt: 'none', ...params })).page)).to.have.property('code')
    const { page } = await asks.ask({ ui_locales: 'tlh' }, new Visitor(asks.server.issuer))
    expectAsked(page, 'identifier')
  })
})
