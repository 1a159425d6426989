// A session that shows up in another browser or country than the one that it was proven in.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { isSignedIn, openConsole, SECURITY } from '../support/account.ts'
import { answerOf, authorize, introspect } from '../support/endpoints.ts'
import { eachEngine, WITH_REDIS } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { signInForTokens } from '../support/flow.ts'
import { PASSWORD } from '../support/server.ts'
import {
  AMERICAN,
  BEHIND_PROXY,
  DUTCH,
  FIREFOX,
  NEWER_FIREFOX,
  NOWHERE,
  SAFARI,
  Traveller,
} from '../support/traveller.ts'
import { wordsOf, type VisitedPage } from '../support/visitor.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'

const PROVE = '/prove/password'

describe('a session that shows up elsewhere', () => {
  eachEngine((_name, openUrl, env) => {
    // Redis is added to it once it is there.
    const at = atSignIn(openUrl, { env: Object.assign(env, BEHIND_PROXY) })
    let person: Account
    let email: string
    beforeEach(async () => {
      person = await at.server.person()
      email = person.email
    })

    async function signedIn(address = DUTCH): Promise<Traveller> {
      const owner = new Traveller(at.server.issuer)
      owner.at = address
      expect(answerOf((await at.afterPassword(email, {}, owner)).page)).to.have.property('code')
      return owner
    }
    /** Who has a copy of every cookie. */
    function copyOf(owner: Traveller, cookies = ['latchkey_session', 'latchkey_account']): Traveller {
      const thief = new Traveller(at.server.issuer)
      Object.assign(thief, { at: owner.at, userAgent: owner.userAgent })
      for (const name of cookies.flatMap(one => [one, `${one}.sig`]))
        if (owner.cookie(name)) thief.setCookie(name, owner.cookie(name)!)
      return thief
    }
    const ask = async (visitor: Traveller, params = {}) => (await authorize(at.server, at.client, params, visitor)).page
    const silently = async (visitor: Traveller) => answerOf(await ask(visitor, { prompt: 'none' }))
    const proven = (visitor: Traveller, page: VisitedPage) => visitor.submit(page, PROVE, { password: PASSWORD })
    const jumps = async () =>
      (await at.server.app.events.ofAccount(person.id, { limit: 100 })).items.filter(
        ({ type }) => type === 'session.jumped',
      )
    const sessions = async () => (await at.server.app.signIns.ofAccount(person.id, { limit: 10 })).items

    it('goes on with a newer version, with a country that nobody knows, and in another one unless policy asks', async () => {
      const owner = await signedIn()
      owner.userAgent = NEWER_FIREFOX
      expect(await silently(owner)).to.have.property('code')
      owner.at = AMERICAN
      expect(await silently(owner)).to.have.property('code')
      await at.policy({ sessionNewCountry: 'end' })
      owner.at = NOWHERE
      expect(await silently(owner)).to.have.property('code')
      owner.at = '2001:db8::7'
      expect(await silently(owner)).to.have.property('code')
      expect(await jumps()).to.deep.equal([])
    })

    it('has the person proven anew in another browser, which is then its own', async () => {
      const owner = await signedIn()
      owner.userAgent = SAFARI
      expect(await silently(owner)).to.have.property('error', 'login_required')
      const page = await ask(owner)
      expect(wordsOf(page)).to.include(email)
      expect(answerOf(await proven(owner, page))).to.have.property('code')
      expect(await silently(owner)).to.have.property('code')
      const [session, ...others] = await sessions()
      expect(others).to.deep.equal([])
      expect(session).to.include({ userAgent: SAFARI, address: DUTCH, country: 'NL' }).and.not.have.property('jumpedAt')
      const [jump, ...more] = await jumps()
      expect(more).to.deep.equal([])
      expect(jump).to.deep.include({
        sessionUid: session!.id,
        clientId: at.client.client_id,
        userAgent: SAFARI,
        details: {
          changed: ['browser'],
          answer: 'prove',
          from: { browser: 'Firefox', system: 'Linux', country: 'NL' },
          to: { browser: 'Safari', system: 'macOS' },
        },
      })
      const mail = await at.server.mailTo(email)
      expect(mail.text).to.include('another browser, system or country')
      // And the browser from before is another one now.
      owner.userAgent = FIREFOX
      expect(await silently(owner)).to.have.property('error', 'login_required')
    })

    it('asks for all of it again: what the session had proven besides counts no longer', async () => {
      const totp = await addTotp(at.server, person)
      const owner = new Traveller(at.server.issuer)
      const { page } = await at.afterPassword(email, {}, owner)
      expect(answerOf(await owner.submit(page, '/prove/totp', { code: totp.code() }))).to.have.property('code')
      owner.userAgent = SAFARI
      const next = await proven(owner, await ask(owner))
      expect(next.html).to.include('/prove/totp')
      expect(await silently(owner)).to.have.property('error', 'login_required')
    })

    it('gives nothing to a copied cookie, in no tab, and from then on not even in a browser that is alike', async () => {
      const owner = await signedIn()
      const thief = copyOf(owner)
      thief.userAgent = SAFARI
      const tabs = [await ask(thief), await ask(thief)]
      for (const tab of tabs) expect(tab.html).to.include(PROVE)
      thief.userAgent = FIREFOX
      expect(await silently(thief)).to.have.property('error', 'login_required')
      // The owner proves themselves once, in one of two tabs, and is let in by both; the copy is worth nothing then.
      const [one, other] = [await ask(owner), await ask(owner)]
      expect(answerOf(await proven(owner, one))).to.have.property('code')
      expect(await silently(owner)).to.have.property('code')
      expect(answerOf(await proven(owner, other))).to.have.property('code')
      expect(await silently(thief)).to.have.property('error', 'login_required')
      expect(await silently(owner)).to.have.property('code')
    })

    it('gives nothing to copied cookies at the account console', async () => {
      const owner = new Traveller(at.server.issuer)
      await openConsole(at.server, email, { visitor: owner })
      const thief = copyOf(owner)
      thief.userAgent = SAFARI
      const asked = await thief.open(SECURITY)
      expect(asked.url.pathname).to.match(/^\/signin\//)
      const posted = await thief.post('/account/security/password/add', { password: 'another one of nine words' })
      expect(posted.url.pathname).to.match(/^\/signin\//)
      const alone = copyOf(owner, ['latchkey_account'])
      expect(await isSignedIn(alone)).to.equal(false)
      expect(await isSignedIn(owner)).to.equal(false)
      expect(await jumps()).to.have.length(1)
      await proven(owner, await owner.open(SECURITY))
      expect(await isSignedIn(owner)).to.equal(true)
      expect(await isSignedIn(thief)).to.equal(false)
      expect(await isSignedIn(alone)).to.equal(false)
    })

    it('gives nothing on the pages of a sign-in that goes on from the session', async () => {
      const strict = await at.server.register('web')
      const owner = await signedIn()
      const { page: consent } = await authorize(at.server, strict, {}, owner)
      expect(consent.html).to.include('name="decision"')
      const thief = copyOf(owner, ['latchkey_session', 'latchkey_device'])
      thief.userAgent = SAFARI
      const uid = consent.url.pathname.split('/')[2]!
      for (const name of ['latchkey_signin', 'latchkey_signin.sig']) thief.setCookie(name, owner.cookie(name)!)
      const page = await thief.open(`/signin/${uid}`)
      expect(page.html).to.include(PROVE).and.not.include('name="decision"')
      const posted = await thief.post(`/signin/${uid}/consent`, { decision: 'allow' })
      expect(posted.status).to.equal(409)
      expect(await jumps()).to.have.length(1)
    })

    it('is one event, however many requests come at once', async () => {
      const owner = await signedIn()
      const thief = copyOf(owner)
      thief.userAgent = SAFARI
      const answers = await Promise.all(Array.from({ length: 20 }, () => silently(thief)))
      for (const answer of answers) expect(answer).to.have.property('error', 'login_required')
      expect(await jumps()).to.have.length(1)
    })

    it('ends, with its tokens, where policy says so: the person signs in anew', async () => {
      await at.policy({ sessionNewDevice: 'end' })
      const owner = new Traveller(at.server.issuer)
      const { tokens } = await signInForTokens(at.server, at.client, email, { visitor: owner })
      owner.userAgent = SAFARI
      const answers = await Promise.all(Array.from({ length: 10 }, () => silently(owner)))
      for (const answer of answers) expect(answer).to.have.property('error', 'login_required')
      expect(await jumps()).to.have.length(1)
      const [session] = await sessions()
      expect(session).to.include({ endReason: 'jumped' })
      expect((await introspect(at.server, at.client, tokens.access_token)).body).to.deep.equal({ active: false })
      const asked = await ask(owner)
      expect(asked.html).to.include('name="identifier"').and.not.include(email)
      expect(answerOf((await at.afterPassword(email, {}, owner)).page)).to.have.property('code')
      expect(await silently(owner)).to.have.property('code')
      expect(await sessions()).to.have.length(2)
    })

    it('ends in the very request that asks, which then asks who it is', async () => {
      await at.policy({ sessionNewDevice: 'end' })
      const owner = await signedIn()
      owner.userAgent = SAFARI
      const asked = await ask(owner)
      expect(asked.html).to.include('name="identifier"').and.not.include(email)
      const named = await owner.submit(asked, '/identify', { identifier: email })
      expect(answerOf(await proven(owner, named))).to.have.property('code')
      expect(await silently(owner)).to.have.property('code')
    })

    it('is asked in another country where policy says so, and is at home there once proven', async () => {
      await at.policy({ sessionNewCountry: 'prove' })
      const owner = await signedIn()
      owner.at = AMERICAN
      expect(await silently(owner)).to.have.property('error', 'login_required')
      expect(answerOf(await proven(owner, await ask(owner)))).to.have.property('code')
      expect(await silently(owner)).to.have.property('code')
      expect((await jumps())[0]!.details).to.deep.include({ changed: ['country'] })
      owner.at = DUTCH
      expect(await silently(owner)).to.have.property('error', 'login_required')
    })

    it('is asked by the policy of the app, and what is proven there holds for the others', async () => {
      await at.policy({ sessionNewDevice: 'off' })
      const strict = await at.server.register('web', { first_party: true })
      const scope = { kind: 'client', name: strict.client_id } as const
      await at.policy({ sessionNewDevice: 'prove' }, scope)
      const owner = await signedIn()
      owner.userAgent = SAFARI
      expect(await silently(owner)).to.have.property('code')
      const { page } = await authorize(at.server, strict, {}, owner)
      expect(await silently(owner)).to.have.property('error', 'login_required')
      expect(answerOf(await proven(owner, page))).to.have.property('code')
      expect(await silently(owner)).to.have.property('code')
      await at.policy({}, scope)
    })
  }, WITH_REDIS)
})
