// OIDC Core 1.0, section 3.1.2.1, and Initiating User Registration 1.0: which pages a request can ask for, and how old a
// sign-in may be.
import { expect } from 'chai'
import { asking, expectAsked } from '../support/asking.ts'
import { moveClock } from '../support/clock.ts'
import { answerOf, authorize, claimsIn } from '../support/endpoints.ts'
import { signIn } from '../support/flow.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const SECOND = 1000

describe('an authorization request with', () => {
  const asks = asking()

  describe('prompt', () => {
    it('absent: a live session is enough', async () => {
      const { claims } = await asks.finish(await asks.ask({}))
      expect(claims.sub).to.equal(asks.person.id)
    })

    it('none: a code when nothing is needed', async () => {
      expect(answerOf((await asks.ask({ prompt: 'none' })).page)).to.have.property('code')
    })

    it('none: consent_required when something new is asked for', async () => {
      expect(answerOf((await asks.ask({ prompt: 'none', scope: 'openid phone' })).page).error).to.equal(
        'consent_required',
      )
    })

    it('none: interaction_required for an account whose address was never verified', async () => {
      await asks.server.app.accounts.change(asks.person.id, account => ({ ...account, emailVerified: false }))
      expect(answerOf((await asks.ask({ prompt: 'none' })).page).error).to.equal('interaction_required')
      await asks.server.app.accounts.change(asks.person.id, account => ({ ...account, emailVerified: true }))
    })

    it('none with anything else, or a value that nobody knows: invalid_request', async () => {
      for (const prompt of ['none login', 'none consent', 'nobody-knows'])
        expect(answerOf((await asks.ask({ prompt })).page).error, prompt).to.equal('invalid_request')
    })

    it('login: asks for the password, session or not, and a new auth_time follows', async () => {
      const before = Number(claimsIn(asks.idToken).auth_time)
      moveClock(5 * SECOND)
      const asked = await asks.ask({ prompt: 'login' })
      expectAsked(asked.page, 'password')
      const page = await asks.giveAPassword(asked.page)
      const { claims } = await asks.finish({ ...asked, page })
      expect(Number(claims.auth_time)).to.be.at.least(before + 5)
    })

    it('login: going back to the same address without the password is no way around', async () => {
      const { page } = await asks.ask({ prompt: 'login' })
      const resumed = await asks.visitor.open(
        new URL(page.url.pathname.replace('/signin/', '/authorize/'), asks.server.issuer),
      )
      expect(resumed.url.origin).to.equal(asks.server.issuer)
      expect(resumed.url.searchParams.get('code')).to.equal(null)
    })

    it('consent: asks again for what was allowed before, and refusing tells the app', async () => {
      const { page } = await asks.ask({ prompt: 'consent' })
      expectAsked(page, 'decision')
      const refused = await asks.visitor.submit(page, '/consent', { decision: 'refuse' })
      expect(answerOf(refused)).to.include({ error: 'access_denied', iss: asks.server.issuer })
    })

    it('select_account: lets the person go on, or be someone else', async () => {
      const first = await asks.ask({ prompt: 'select_account' })
      expect(wordsOf(first.page)).to.include(asks.person.email.split('@')[0])
      const goOn = await asks.visitor.submit(first.page, '/select')
      expect((await asks.finish({ ...first, page: goOn })).claims.sub).to.equal(asks.person.id)

      const other = await asks.server.person()
      const second = await asks.ask({ prompt: 'select_account' })
      const asked = await asks.visitor.submit(second.page, '/switch')
      const page = await signIn(asks.visitor, asked, other.email)
      expect((await asks.finish({ ...second, page })).claims.sub).to.equal(other.id)
    })

    it('select_account: asks for a name when nobody is signed in', async () => {
      expectAsked((await asks.ask({ prompt: 'select_account' }, new Visitor(asks.server.issuer))).page, 'identifier')
    })

    it('create: shows the registration form, a live session notwithstanding', async () => {
      for (const browser of [asks.visitor, new Visitor(asks.server.issuer)]) {
        const { page } = await asks.ask({ prompt: 'create' }, browser)
        expectAsked(page, 'email')
        expect(page.html).to.include('/signup')
      }
    })

    it('consent login, in one request: both are asked, once each', async () => {
      const asked = await asks.ask({ prompt: 'login consent' })
      expectAsked(asked.page, 'password')
      const consent = await asks.giveAPassword(asked.page)
      expectAsked(consent, 'decision')
      const { claims } = await asks.finish({ ...asked, page: consent })
      expect(claims.sub).to.equal(asks.person.id)
    })
  })

  describe('max_age', () => {
    it('is met by a sign-in that is recent enough, and auth_time says when it was', async () => {
      moveClock(50 * SECOND)
      const { claims } = await asks.finish(await asks.ask({ max_age: '60' }))
      expect(claims.auth_time).to.equal(claimsIn(asks.idToken).auth_time)
    })

    it('is exceeded: the password is asked for, and prompt=none is login_required', async () => {
      moveClock(62 * SECOND)
      expect(answerOf((await asks.ask({ max_age: '60', prompt: 'none' })).page).error).to.equal('login_required')
      const asked = await asks.ask({ max_age: '60' })
      expectAsked(asked.page, 'password')
      const before = Math.floor(Date.now() / 1000)
      const page = await asks.giveAPassword(asked.page)
      const { claims } = await asks.finish({ ...asked, page })
      expect(claims.auth_time).to.be.within(before, Date.now() / 1000)
    })

    it('is 0: the password is asked for, always', async () => {
      expectAsked((await asks.ask({ max_age: '0' })).page, 'password')
    })

    it('is no number of seconds: invalid_request', async () => {
      for (const max_age of ['-1', 'x', '1.5', '99999999999999999999'])
        expect(answerOf((await asks.ask({ max_age })).page).error, max_age).to.equal('invalid_request')
    })

    it('is the client’s default_max_age when the request has none', async () => {
      const strict = await asks.server.register('web', { default_max_age: 60, first_party: true })
      moveClock(62 * SECOND)
      expectAsked((await authorize(asks.server, strict, {}, asks.visitor)).page, 'password')
    })
  })
})
