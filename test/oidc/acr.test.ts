// How strongly a person has to sign in (OIDC Core 1.0, sections 3.1.2.1 and 5.5.1.1).
import { expect } from 'chai'
import { asking } from '../support/asking.ts'
import { answerOf } from '../support/endpoints.ts'
import { signIn } from '../support/flow.ts'
import { Visitor } from '../support/visitor.ts'

describe('an authorization request with', () => {
  const asks = asking()

  describe('acr', () => {
    const essential = (...values: string[]) => JSON.stringify({ id_token: { acr: { essential: true, values } } })

    it('comes with every ID token, with amr and auth_time', async () => {
      const { claims } = await asks.finish(await asks.ask({}))
      expect(claims).to.include({ acr: 'urn:latchkey:acr:1' })
      expect(claims.amr).to.deep.equal(['pwd'])
      expect(claims.auth_time).to.be.a('number')
    })

    it('acr_values that the session meets: it is the one that was asked for', async () => {
      const { claims } = await asks.finish(await asks.ask({ acr_values: 'urn:latchkey:acr:1' }))
      expect(claims.acr).to.equal('urn:latchkey:acr:1')
    })

    it('acr_values are a wish: what cannot be reached is not refused', async () => {
      for (const acr_values of ['phr', 'urn:nobody:knows', 'urn:latchkey:acr:2 urn:latchkey:acr:1']) {
        const { claims } = await asks.finish(await asks.ask({ acr_values }))
        expect(claims.acr, acr_values).to.equal('urn:latchkey:acr:1')
      }
    })

    it('essential and met: satisfied', async () => {
      for (const claims of [essential('urn:latchkey:acr:1'), essential('phr', 'urn:latchkey:acr:1')]) {
        const answer = await asks.finish(await asks.ask({ claims, prompt: 'none' }))
        expect(answer.claims.acr, claims).to.equal('urn:latchkey:acr:1')
      }
      const value = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:latchkey:acr:1' } } })
      expect(answerOf((await asks.ask({ claims: value, prompt: 'none' })).page)).to.have.property('code')
    })

    it('essential and out of reach, or unknown: unmet_authentication_requirements, never a loop', async () => {
      for (const claims of [essential('phr'), essential('urn:latchkey:acr:2'), essential('urn:nobody:knows')]) {
        for (const prompt of [undefined, 'none']) {
          const { page } = await asks.ask({ claims, prompt })
          expect(answerOf(page).error, `${claims} ${prompt}`).to.equal('unmet_authentication_requirements')
          expect(answerOf(page).iss).to.equal(asks.server.issuer)
        }
      }
    })

    it('essential and out of reach for a person who has yet to sign in: the same, after the password', async () => {
      const browser = new Visitor(asks.server.issuer)
      const { page } = await asks.ask({ claims: essential('phr') }, browser)
      const end = page.html.includes('name="identifier"') ? await signIn(browser, page, asks.person.email) : page
      expect(answerOf(end).error).to.equal('unmet_authentication_requirements')
    })

    it('essential without a value: whatever it is will do', async () => {
      const claims = JSON.stringify({ id_token: { acr: { essential: true } } })
      expect(answerOf((await asks.ask({ claims, prompt: 'none' })).page)).to.have.property('code')
    })

    it('asked for in shapes that nobody expects: an answer, never a failure of ours', async () => {
      const shapes = [
        '{"id_token":{"acr":null}}',
        '{"id_token":{"acr":{"essential":true,"values":"x"}}}',
        '{"id_token":{"acr":{"essential":true,"values":[1,null,{}]}}}',
        '{"id_token":{"acr":"x"}}',
        '{"id_token":{"acr":[]}}',
        '{"id_token":{"sub":null},"userinfo":{"sub":{"value":7}}}',
        '{"id_token":{"__proto__":{"acr":1},"constructor":null}}',
        '{"id_token":null}',
        '{"userinfo":{}}',
        '[]',
        '7',
        'null',
      ]
      for (const claims of shapes) {
        const { page } = await asks.ask({ claims, prompt: 'none' })
        expect(answerOf(page).error, claims).to.be.oneOf([
          undefined,
          'invalid_request',
          'consent_required',
          'login_required',
          'unmet_authentication_requirements',
        ])
      }
    })
  })
})
