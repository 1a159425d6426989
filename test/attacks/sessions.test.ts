// Attacks on sessions, and on what finds them in the store: attacks.md, on both stores.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { closeAccount } from '../../src/oidc/sessions/account-status.ts'
import { openConsole, isSignedIn, SECURITY } from '../support/account.ts'
import { answerOf, authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { attemptOf, signIn, signInForTokens } from '../support/flow.ts'
import { PASSWORD, REDIRECT_URI } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'
import { SUFFIXES } from './target.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'
import { askToGetBack, chooseBy, mailedTo, NEW_PASSWORD } from '../signin/recovery/getting-back.ts'

const BYE = 'http://127.0.0.1:9/bye'
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }

describe('attacks on sessions', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl, { env: { LATCHKEY_ADDRESS_FAILURES: '1000' } })

    /** Everything that a thief may hold of an account, none of which ends by itself soon. */
    async function stolenFrom({ email }: Account) {
      const params = { scope: 'openid offline_access', prompt: 'consent' }
      const { visitor, tokens } = await signInForTokens(at.server, at.client, email, { params })
      const { visitor: atConsole } = await openConsole(at.server, email)
      return { visitor, tokens, atConsole }
    }

    async function expectDead({ visitor, tokens, atConsole }: Awaited<ReturnType<typeof stolenFrom>>): Promise<void> {
      expect((await refresh(at.server, at.client, tokens.refresh_token)).body.error).to.equal('invalid_grant')
      expect((await userinfo(at.server, tokens.access_token)).status).to.equal(401)
      for (const token of [tokens.access_token, tokens.refresh_token])
        expect((await introspect(at.server, at.client, token)).body).to.deep.equal({ active: false })
      const { page } = await authorize(at.server, at.client, { prompt: 'none' }, visitor)
      expect(answerOf(page).error).to.equal('login_required')
      expect((await authorize(at.server, at.client, {}, visitor)).page.html).to.include('name="identifier"')
      expect(await isSignedIn(atConsole)).to.equal(false)
    }

    it('preset session cookie, of the attacker’s own making -> new id', async () => {
      for (const preset of ['attacker', 'x'.repeat(43)]) {
        const { email } = await at.server.person()
        const visitor = new Visitor(at.server.issuer)
        visitor.setCookie('latchkey_session', preset)
        visitor.setCookie('latchkey_session.sig', 'x'.repeat(27))
        await signInForTokens(at.server, at.client, email, { visitor })
        expect(visitor.cookie('latchkey_session')).to.not.equal(preset)
        const attacker = new Visitor(at.server.issuer)
        attacker.setCookie('latchkey_session', preset)
        attacker.setCookie('latchkey_session.sig', 'x'.repeat(27))
        expect(answerOf((await authorize(at.server, at.client, { prompt: 'none' }, attacker)).page).error).to.equal(
          'login_required',
        )
      }
    })

    it('preset session cookie, a real one of the attacker’s, signed in or not -> new id, which never becomes the victim’s', async () => {
      const [mine, victim] = [await at.server.person(), await at.server.person()]
      const signedIn = (await signInForTokens(at.server, at.client, mine.email)).visitor
      const fresh = (await authorize(at.server, at.client)).visitor
      const signingOut = new Visitor(at.server.issuer)
      await signingOut.open('/logout')
      for (const attacker of [signedIn, fresh, signingOut]) {
        const names = ['latchkey_session', 'latchkey_session.sig'].filter(name => attacker.cookie(name))
        const browser = new Visitor(at.server.issuer)
        for (const name of names) browser.setCookie(name, attacker.cookie(name)!)
        const before = browser.cookie('latchkey_session')
        const { page } = await authorize(at.server, at.client, { prompt: 'login' }, browser)
        const anew = page.html.includes('name="identifier"') ? page : await browser.submit(page, '/switch')
        expect(answerOf(await signIn(browser, anew, victim.email))).to.have.property('code')
        if (before) expect(browser.cookie('latchkey_session')).to.not.equal(before)
        const { page: seen } = await authorize(at.server, at.client, { prompt: 'none' }, attacker)
        expect(answerOf(seen).error).to.equal('login_required')
      }
    })

    it('preset session cookie, copied from who is in -> new id at the next sign-in: the copy is nobody’s', async () => {
      const { email } = await at.server.person()
      const { visitor } = await signInForTokens(at.server, at.client, email)
      const copy = new Visitor(at.server.issuer)
      for (const name of ['latchkey_session', 'latchkey_session.sig']) copy.setCookie(name, visitor.cookie(name)!)
      const silently = async (by: Visitor) =>
        answerOf((await authorize(at.server, at.client, { prompt: 'none' }, by)).page)
      expect(await silently(copy)).to.have.property('code')
      const { page } = await authorize(at.server, at.client, { prompt: 'login' }, visitor)
      answerOf(await visitor.submit(page, '/prove/password', { password: PASSWORD }))
      expect((await silently(copy)).error).to.equal('login_required')
      expect(await silently(visitor)).to.have.property('code')
    })

    it('password reset -> other sessions and refresh tokens dead synchronously', async () => {
      const owner = await at.server.person()
      const stolen = await stolenFrom(owner)
      const { visitor } = await askToGetBack(at, owner.email)
      await chooseBy(visitor, (await mailedTo(at, owner.email)).link)
      await expectDead(stolen)
    })

    it('password change -> other sessions and refresh tokens dead synchronously', async () => {
      const owner = await at.server.person()
      const stolen = await stolenFrom(owner)
      const { visitor } = await openConsole(at.server, owner.email)
      const form = await visitor.open(`${SECURITY}/password/add`)
      await visitor.submit(form, '/password/add', { password: NEW_PASSWORD })
      await expectDead(stolen)
      expect(await isSignedIn(visitor), 'who changed it').to.equal(true)
    })

    const ends: Record<string, (account: Account) => Promise<unknown>> = {
      disabled: ({ id }) => at.server.app.accounts.setStatus(id, 'disabled'),
      deactivated: ({ id }) => at.server.app.accounts.setStatus(id, 'deactivated'),
      'deleted by its owner': account =>
        closeAccount({ ...at.server.app }, account, { by: 'person', purgeAt: Date.now() + 86_400_000 }, {}),
    }
    for (const [what, end] of Object.entries(ends))
      it(`${what} user: refresh, userinfo, introspect, authorize, console -> refused, also once it is back`, async () => {
        const account = await at.server.person()
        const stolen = await stolenFrom(account)
        await end(account)
        await expectDead(stolen)
        await at.server.app.accounts.setStatus(account.id, 'active')
        await expectDead(stolen)
      })

    it('post_logout suffix, @, \\, capitals, port, another app’s -> exact only, nobody is sent there', async () => {
      const app = await at.server.register('web', { first_party: true, post_logout_redirect_uris: [BYE] })
      const { email } = await at.server.person()
      const { visitor, tokens } = await signInForTokens(at.server, app, email)
      const leadTo = (to: string) => {
        const query = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: to })
        return visitor.open(`/logout?${query}`)
      }
      const evil = [...SUFFIXES, ' ', '\t']
      const others = [
        'http://127.0.0.1:9@evil.example/bye',
        'http://user@127.0.0.1:9/bye',
        'HTTP://127.0.0.1:9/bye',
        'http://127.0.0.1:10/bye',
        'https://127.0.0.1:9/bye',
        'http://127.0.0.1:9/Bye',
        '//127.0.0.1:9/bye',
        '//evil.example',
        '/\\evil.example',
        'javascript:alert(1)',
        REDIRECT_URI,
      ]
      for (const to of [...evil.map(suffix => BYE + suffix), ...others]) {
        const page = await leadTo(to)
        expect([page.status, page.url.origin], to).to.deep.equal([400, at.server.issuer])
        expect(page.html, to).to.not.match(/href="[^"]*evil/)
      }
      const left = await visitor.submit(await leadTo(BYE), '/logout/confirm', { logout: 'yes' })
      expect(left.url.href).to.equal(BYE)
    })

    it('leaves its language by a form that leads back to //e, /\\e, /%09/e, /.//e -> local only', async () => {
      const evil = ['//evil.example', '/\\evil.example', '/\t/evil.example', '/.//evil.example', '/x/..//evil.example']
      const more = [
        'https://evil.example',
        'evil.example',
        '/./\\evil.example',
        '/%2e//evil.example',
        '\\\\evil.example',
        '',
      ]
      for (const back of [...evil, ...more]) {
        const visitor = new Visitor(at.server.issuer)
        const answer = await visitor.send('POST', '/language', { language: 'de', back })
        // As a browser takes it.
        const to = new URL(answer.headers.get('location')!, at.server.issuer)
        expect([answer.status, to.origin], back).to.deep.equal([303, at.server.issuer])
      }
    })

    it('email[$ne]=, JSON objects, $where -> 4xx, and nobody is found', async () => {
      await at.server.person()
      const { visitor, page } = await authorize(at.server, at.client)
      const uid = attemptOf(page)
      const json = { 'content-type': 'application/json' }
      const sent: [path: string, body: string, headers: Record<string, string>][] = [
        [`${uid}/identify`, 'identifier[$ne]=', urlencoded],
        [`${uid}/identify`, 'identifier[$gt]=&identifier[$regex]=.*', urlencoded],
        [`${uid}/identify`, '{"identifier":{"$ne":null}}', json],
        [`${uid}/identify`, '{"$where":"sleep(1000)"}', json],
        [`${uid}/signup`, `email[$ne]=x&password=${encodeURIComponent(PASSWORD)}`, urlencoded],
        [`${uid}/signup`, '{"email":{"$gt":""},"password":{"$gt":""}}', json],
        [`${uid}/prove/password`, 'password[$ne]=x', urlencoded],
        [`${uid}/consent`, 'decision[]=allow', urlencoded],
        ['/token', 'grant_type[$ne]=x&code[$ne]=x', urlencoded],
        ['/token', '{"grant_type":{"$ne":""}}', json],
        ['/introspect', 'token[$ne]=x', urlencoded],
        [`${uid}/recover`, 'identifier[$ne]=x', urlencoded],
        [`${uid}/recover`, '{"identifier":{"$regex":".*"}}', json],
        ['/invite/x', 'email[$ne]=x', urlencoded],
        ['/par', 'client_id[$ne]=x', urlencoded],
      ]
      for (const [path, body, headers] of sent) {
        const response = await visitor.send('POST', path, body, headers)
        expect(response.status, `${path} ${body}`).to.be.within(400, 499)
      }
      for (const asked of [
        '/authorize?client_id[$ne]=x',
        `/authorize?client_id=${encodeURIComponent('{"$ne":""}')}`,
        '/logout?client_id[$ne]=x',
        '/invite/[$ne]',
        '/signin/[$ne]',
      ])
        expect((await visitor.send('GET', asked)).status, asked).to.be.within(200, 499)
      for (const cookie of ['latchkey_session', 'latchkey_signin', 'latchkey_device', 'latchkey_account']) {
        const stranger = new Visitor(at.server.issuer)
        stranger.setCookie(cookie, encodeURIComponent('{"$ne":null}'))
        const { page: silent } = await authorize(at.server, at.client, { prompt: 'none' }, stranger)
        expect(answerOf(silent).error, cookie).to.equal('login_required')
        expect((await stranger.open(SECURITY)).url.pathname, cookie).to.match(/^\/signin\//)
      }
      for (const token of ['{"$ne":null}', '[$ne]=', '$where'])
        expect((await userinfo(at.server, token)).status, token).to.be.within(400, 401)
      // As a name it is only a name that nobody has.
      const named = await visitor.post(`${uid}/identify`, { identifier: '{"$ne":""}' })
      expect((await visitor.submit(named, '/prove/password', { password: PASSWORD })).status).to.equal(400)
    })

    it('names of fields that objects have by themselves -> 400, and no object has them from then on', async () => {
      const { visitor, page } = await authorize(at.server, at.client)
      const fields = { __proto__x: '1', constructor: 'x', toString: 'x', hasOwnProperty: 'x', email: '', password: '' }
      const body = `${new URLSearchParams(fields)}&__proto__=x&__proto__[admin]=true`
      const answer = await visitor.send('POST', `${attemptOf(page)}/signup`, body, urlencoded)
      expect(answer.status).to.equal(400)
      expect(({} as Record<string, unknown>).admin).to.equal(undefined)
    })
  })
})
