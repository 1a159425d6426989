import { expect } from 'chai'
import { moveClock } from '../../support/clock.ts'
import { authorize, introspect, refresh } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp } from '../../support/factors.ts'
import { attemptOf, codeOf, signIn, signInForTokens } from '../../support/flow.ts'
import { addPasskey, creationOptionsOn } from '../../support/passkeys.ts'
import { PASSWORD } from '../../support/server.ts'
import { SoftAuthenticator } from '../../support/soft-authenticator.ts'
import { Visitor, wordsOf } from '../../support/visitor.ts'
import { atSignIn } from '../factors/at-sign-in.ts'
import { askToGetBack, chooseBy, mailedTo, NEW_PASSWORD } from './getting-back.ts'

const MINUTE = 60_000

describe('a forgotten password', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    const another = () => new Visitor(at.server.issuer)
    const typesOf = async (id: string) =>
      (await at.server.app.events.ofAccount(id, { limit: 50 })).items.map(({ type }) => type)
    async function signInWith(email: string, password: string) {
      const { visitor, page } = await authorize(at.server, at.client)
      return signIn(visitor, page, email, password)
    }

    it('is asked about on the page for the password, with the name that was typed', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await authorize(at.server, at.client)
      const asked = await visitor.submit(page, '/identify', { identifier: email })
      const [, url = ''] = /href="([^"]+\/recover)">Forgot your password\?/.exec(asked.html) ?? []
      const form = await visitor.open(url)
      expect(form.html).to.include(`value="${email}"`)
      expect(wordsOf(await visitor.submit(form, '/recover', { identifier: email }))).to.include('Check your mail')
    })

    it('is chosen anew by the link in the browser that asked, which is signed in by it', async () => {
      const { email, id } = await at.server.person()
      const { visitor, codeVerifier } = await askToGetBack(at, email)
      const { link } = await mailedTo(at, email)
      const opened = await visitor.open(link)
      expect(wordsOf(opened)).to.include('Choose a new password').and.include(email)
      const end = await visitor.submit(opened, '/reset', { password: NEW_PASSWORD })
      expect(await at.claims(end, codeVerifier)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['pwd'] })
      expect(wordsOf(await signInWith(email, PASSWORD))).to.include('do not belong together')
      codeOf(await signInWith(email, NEW_PASSWORD))
      expect(await typesOf(id)).to.include.members([
        'recovery.asked',
        'link.used',
        'recovery.finished',
        'account.signed_out',
      ])
    })

    it('is chosen anew by the code, typed where it was asked for; the link is nothing from then on', async () => {
      const { email } = await at.server.person()
      const { visitor, page, codeVerifier } = await askToGetBack(at, email)
      const { link, code } = await mailedTo(at, email)
      const form = await visitor.submit(page, '/recover/code', { code: `${code.slice(0, 3)} ${code.slice(3)}` })
      expect(wordsOf(form)).to.include('Choose a new password')
      expect((await another().open(link)).status).to.equal(404)
      const end = await visitor.submit(form, '/reset', { password: NEW_PASSWORD })
      expect(await at.claims(end, codeVerifier)).to.deep.include({ amr: ['pwd'] })
    })

    it('may be asked about by the username too', async () => {
      const { email } = await at.server.person({ username: 'herons' })
      await askToGetBack(at, 'Herons')
      expect((await mailedTo(at, email)).code).to.match(/^\d{6}$/)
    })

    it('goes on to the authenticator app of an account that has one, in the browser that asked', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, codeVerifier } = await askToGetBack(at, account.email)
      const next = await chooseBy(visitor, (await mailedTo(at, account.email)).link)
      expect(wordsOf(next)).to.include('Enter the code from your app')
      const end = await visitor.submit(next, '/prove/totp', { code: app.code() })
      expect(await at.claims(end, codeVerifier)).to.deep.include({ acr: 'urn:latchkey:acr:2' })
    })

    it('is asked for the second factor also on a device that was remembered for it', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      await at.policy({ rememberSecondFactor: 86_400 })
      const first = await at.afterPassword(account.email)
      codeOf(await first.visitor.submit(first.page, '/prove/totp', { code: app.code(), trust: 'yes' }))
      const { visitor } = await askToGetBack(at, account.email, { prompt: 'login' }, first.visitor)
      const next = await chooseBy(visitor, (await mailedTo(at, account.email)).link)
      expect(wordsOf(next)).to.include('Enter the code from your app')
    })

    it('may be chosen in another browser, which is told who asked and is not signed in', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await askToGetBack(at, email)
      const { link, code } = await mailedTo(at, email)
      const phone = another()
      const opened = await phone.open(link)
      expect(wordsOf(opened)).to.include('Asked for').and.include('Was this not you?')
      expect(wordsOf(await phone.submit(opened, '/reset', { password: NEW_PASSWORD }))).to.include(
        'Go back to where you started',
      )
      expect(phone.cookie('latchkey_session')).to.equal(undefined)
      // Nor is the one that asked, but by the new password.
      expect((await visitor.submit(page, '/recover/code', { code })).status).to.equal(410)
      const first = await visitor.open(`${attemptOf(page)}/identify`)
      codeOf(await signIn(visitor, first, email, NEW_PASSWORD))
    })

    it('may still be chosen once the sign-in is over in which it was asked about', async () => {
      const { email } = await at.server.person()
      const { visitor, path } = await askToGetBack(at, email)
      const { link } = await mailedTo(at, email)
      await visitor.post(`${path}/cancel`, {})
      expect(wordsOf(await chooseBy(visitor, link))).to.include('Your password is changed')
      codeOf(await signInWith(email, NEW_PASSWORD))
    })

    it('ends all sessions and tokens of the account at once', async () => {
      const { email } = await at.server.person()
      const held = await signInForTokens(at.server, at.client, email)
      await askToGetBack(at, email)
      await chooseBy(another(), (await mailedTo(at, email)).link)
      expect((await introspect(at.server, at.client, held.tokens.access_token)).body.active).to.equal(false)
      expect((await refresh(at.server, at.client, held.tokens.refresh_token)).body.error).to.equal('invalid_grant')
      const { page } = await authorize(at.server, at.client, { prompt: 'none' }, held.visitor)
      expect(page.url.searchParams.get('error')).to.equal('login_required')
    })

    it('frees the account from a lock by wrong passwords', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await authorize(at.server, at.client)
      const asked = await visitor.submit(page, '/identify', { identifier: email })
      for (let times = 0; times < 6; times += 1) await visitor.submit(asked, '/prove/password', { password: 'wrong' })
      await askToGetBack(at, email)
      await chooseBy(another(), (await mailedTo(at, email)).link)
      codeOf(await signInWith(email, NEW_PASSWORD))
    })

    it('keeps the link for another try when the new one is refused, and says what is wrong with it', async () => {
      const { email } = await at.server.person()
      const { visitor } = await askToGetBack(at, email)
      const opened = await visitor.open((await mailedTo(at, email)).link)
      for (const password of ['', 'short', 'a'.repeat(40), '1'.repeat(10_000)]) {
        const refused = await visitor.submit(opened, '/reset', { password })
        expect(refused.status).to.equal(400)
        expect(refused.html).to.include('id="password-error"')
        expect(refused.html).to.not.include('value="short"')
      }
      codeOf(await visitor.submit(opened, '/reset', { password: NEW_PASSWORD }))
    })

    it('is not mailed to an address that was never proven, nor to an account that is switched off', async () => {
      const unproven = await at.server.person({ verified: false })
      const off = await at.server.person()
      await at.server.app.accounts.setStatus(off.id, 'disabled')
      for (const { email } of [unproven, off]) {
        expect(wordsOf((await askToGetBack(at, email)).page)).to.include('if there is an account for')
        await at.server.app.postbox.settled()
        expect(at.server.mailbox.to(email)).to.have.length(0)
      }
    })

    it('says so when no name was typed, or none that could be one', async () => {
      const { visitor, path } = await askToGetBack(at, 'somebody')
      for (const identifier of ['', '  ', 'x'.repeat(300)]) {
        const refused = await visitor.post(`${path}/recover`, { identifier })
        expect(refused.status).to.equal(400)
        expect(wordsOf(refused)).to.include('Enter your email address or your username.')
      }
    })

    it('is sent again on request, and then only the newest mail counts', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await askToGetBack(at, email)
      const old = await mailedTo(at, email)
      const again = await visitor.submit(page, '/recover')
      expect(wordsOf(again)).to.include('another code and link')
      const { link, code } = await mailedTo(at, email)
      expect((await visitor.open(old.link)).status).to.equal(404)
      if (old.code !== code)
        expect((await visitor.submit(page, '/recover/code', { code: old.code })).status).to.equal(400)
      codeOf(await chooseBy(visitor, link))
    })

    it('says what is wrong with a code: missing, wrong, too often, expired', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await askToGetBack(at, email)
      const { code } = await mailedTo(at, email)
      const wrong = code === '000000' ? '000001' : '000000'
      const type = async (typed: string) => visitor.submit(page, '/recover/code', { code: typed })
      expect(wordsOf(await type(''))).to.include('Enter the 6 digits.')
      moveClock(6 * MINUTE)
      expect(wordsOf(await type(code))).to.include('This code has expired.')
      for (let times = 0; times < 4; times += 1) expect((await type(wrong)).status).to.equal(400)
      const locked = await type(wrong)
      expect(locked.status).to.equal(429)
      expect(locked.headers.get('retry-after')).to.equal('900')
    })

    it('leads to the form from the bare /recover, also for who is signed in', async () => {
      const { email } = await at.server.person()
      const { visitor } = await signInForTokens(at.server, at.client, email)
      for (const [number, person] of [another(), visitor].entries()) {
        const form = await person.open('/recover')
        expect(form.url.pathname).to.match(/^\/signin\/[\w-]+\/recover$/)
        await person.submit(form, '/recover', { identifier: email })
        const end = await chooseBy(person, (await mailedTo(at, email)).link, `${NEW_PASSWORD} ${number}`)
        expect(end.url.pathname).to.equal('/account/security')
      }
    })

    it('is what an app may begin with, by screen_hint; one that is unknown is passed over', async () => {
      const { page } = await authorize(at.server, at.client, { screen_hint: 'recover' })
      expect(wordsOf(page)).to.include('Forgot your password?')
      const other = await authorize(at.server, at.client, { screen_hint: '../../admin' })
      expect(wordsOf(other.page)).to.include('Sign in to')
    })

    describe('of somebody who signs in by a passkey', () => {
      it('is a first password, and leaves the passkey as it is', async () => {
        const account = await at.server.person()
        await at.server.app.methodServices.credentials.remove(`password:${account.id}`)
        await addPasskey(at.server, account)
        const { visitor, codeVerifier } = await askToGetBack(at, account.email)
        const opened = await visitor.open((await mailedTo(at, account.email)).link)
        // A passkey is two factors: a mailbox alone makes none for who has one to lose.
        expect(opened.html).to.not.include('data-passkey="create"')
        const end = await visitor.submit(opened, '/reset', { password: NEW_PASSWORD })
        expect(await at.claims(end, codeVerifier)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['pwd'] })
      })

      it('may be a passkey, for who has no second factor; where policy has no passwords, it is the only way', async () => {
        for (const allowedMethods of ['all', ['passkey']] as const) {
          const { email, id } = await at.server.person()
          await at.policy({ allowedMethods: allowedMethods === 'all' ? 'all' : [...allowedMethods] })
          const { visitor, codeVerifier } = await askToGetBack(at, email)
          const opened = await visitor.open((await mailedTo(at, email)).link)
          expect(opened.html.includes('name="password"')).to.equal(allowedMethods === 'all')
          const key = new SoftAuthenticator({ origin: at.server.issuer })
          const response = JSON.stringify(key.create(creationOptionsOn(opened)))
          const end = await visitor.post(opened.url, { response })
          expect(await at.claims(end, codeVerifier)).to.deep.include({ acr: 'phr' })
          expect(await typesOf(id)).to.include.members(['recovery.finished', 'factor.enrolled'])
        }
      })

      it('is refused where policy has no passwords and a mailbox is not enough for a passkey', async () => {
        const account = await at.server.person()
        await addPasskey(at.server, account)
        await at.policy({ allowedMethods: ['passkey'] })
        const { visitor } = await askToGetBack(at, account.email)
        const opened = await visitor.open((await mailedTo(at, account.email)).link)
        expect(wordsOf(opened)).to.include('Write to the people who run this service.')
        expect((await visitor.post(opened.url, { password: NEW_PASSWORD })).status).to.equal(403)
        expect((await visitor.post(opened.url, { response: '{}' })).status).to.equal(403)
      })
    })
  })
})
