// Links that an app with the right to has mailed: `POST /api/v1/links`.
import { expect } from 'chai'
import { rules } from '../../src/core/limits/rules.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock } from '../support/clock.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { codeOf, signIn, tokenRequest } from '../support/flow.ts'
import { linkIn } from '../support/mailbox.ts'
import { PASSWORD, startServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { atSignIn } from './factors/at-sign-in.ts'
import { NEW_PASSWORD } from './recovery/getting-back.ts'

const START = 'https://app.example/start'
const GRANTS = ['authorization_code', 'client_credentials']
const MINUTE = 60_000

describe('a link that an app has mailed', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    let app: ClientView
    let token: string

    const tokenFor = async (client: ClientView, scope = 'links', resource = `${at.server.issuer}/api`) =>
      (await tokenRequest(at.server, client, { grant_type: 'client_credentials', resource, scope })).body.access_token

    const newApp = () =>
      at.server.register('web', {
        first_party: true,
        initiate_login_uri: START,
        grant_types: GRANTS,
        link_purposes: ['sign-in', 'verify', 'reset'],
      })
    beforeEach(async () => {
      app = await newApp()
      token = await tokenFor(app)
    })

    async function ask(body: unknown, headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
      const response = await fetch(new URL('/api/v1/links', at.server.issuer), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      const answer = (await response.json()) as Record<string, unknown>
      const { headers: got } = response
      const [challenge, wait] = [got.get('www-authenticate'), got.get('retry-after')]
      return { status: response.status, body: answer, challenge, wait }
    }

    it('signs its owner in to the app, and is nowhere but in the mail', async () => {
      const { email, id } = await at.server.person()
      const { status, body } = await ask({ purpose: 'sign-in', email, expires_in: 600 })
      expect(status).to.equal(202)
      expect(body).to.have.all.keys('id', 'purpose', 'expires_in')
      const link = linkIn(await at.server.mailTo(email))
      expect(JSON.stringify(body)).to.not.include(link.split('/').at(-1)!)
      const visitor = new Visitor(at.server.issuer)
      const away = await visitor.submit(await visitor.open(link), '/magic')
      expect(away.url.href).to.equal(`${START}?iss=${encodeURIComponent(at.server.issuer)}`)
      expect(answerOf((await authorize(at.server, app, {}, visitor)).page)).to.have.property('code')
      const [kept] = (await at.server.app.methodServices.links.ofAccount(id, { limit: 1 })).items
      expect(kept).to.include({ id: body.id, createdBy: `client ${app.client_id}`, sent: 1, uses: 1, timesOpened: 1 })
      expect(kept!.created.address).to.equal('127.0.0.1')
      const entries = (await at.server.app.events.ofAccount(id, { limit: 20 })).items
      expect(entries.map(({ type }) => type)).to.include.members(['link.created', 'link.used'])
    })

    it('proves the address of its account, signs nobody in, and is nothing for another purpose', async () => {
      const account = await at.server.person({ verified: false })
      await ask({ purpose: 'verify', email: account.email })
      const link = linkIn(await at.server.mailTo(account.email))
      const visitor = new Visitor(at.server.issuer)
      const opened = await visitor.open(link)
      expect(opened.url.pathname).to.equal('/magic/verify')
      expect(wordsOf(opened)).to.include(account.email)
      expect((await visitor.post('/magic', {})).status).to.equal(404)
      expect((await at.server.app.accounts.get(account.id))!.emailVerified).to.equal(false)
      const done = await visitor.submit(opened, '/magic/verify')
      expect(wordsOf(done)).to.include('Address confirmed')
      expect((await at.server.app.accounts.get(account.id))!.emailVerified).to.equal(true)
      expect((await visitor.post('/magic/verify', {})).status).to.equal(410)
      const { page } = await authorize(at.server, app, { prompt: 'none' }, visitor)
      expect(answerOf(page)).to.have.property('error', 'login_required')
    })

    it('is no way to prove another address than that which it was mailed to', async () => {
      const account = await at.server.person({ verified: false })
      await ask({ purpose: 'verify', email: account.email })
      const visitor = new Visitor(at.server.issuer)
      const opened = await visitor.open(linkIn(await at.server.mailTo(account.email)))
      await at.server.app.accounts.change(account.id, known => ({ ...known, email: `new-${known.email}` }))
      expect((await visitor.submit(opened, '/magic/verify')).status).to.equal(410)
      expect((await at.server.app.accounts.get(account.id))!.emailVerified).to.equal(false)
    })

    it('lets its owner choose a new password, and the app never sees it', async () => {
      const { email } = await at.server.person()
      const { body } = await ask({ purpose: 'reset', email })
      const mail = await at.server.mailTo(email)
      expect(mail.subject).to.equal('Choose a new password for Test app at Latchkey')
      const link = linkIn(mail)
      expect(JSON.stringify(body)).to.not.include(link.split('/').at(-1)!)
      const visitor = new Visitor(at.server.issuer)
      const done = await visitor.submit(await visitor.open(link), '/magic/reset', { password: NEW_PASSWORD })
      expect(wordsOf(done)).to.include('Your password is changed')
      const { page, visitor: next } = await authorize(at.server, app)
      codeOf(await signIn(next, page, email, NEW_PASSWORD))
    })

    it('invites who has no account, to nothing but an account, and nobody else', async () => {
      await at.server.app.clients.update(app.client_id, { link_purposes: ['invite'] }, { actor: 'a test' })
      const { email: taken } = await at.server.person()
      const answers = [await ask({ purpose: 'invite', email: taken })]
      answers.push(await ask({ purpose: 'invite', email: 'New@example.com' }))
      for (const { status, body } of answers) {
        expect(status).to.equal(202)
        expect(body).to.have.all.keys('id', 'purpose', 'expires_in')
      }
      expect((await ask({ purpose: 'invite', email: 'x@example.com', roles: ['admin'] })).status).to.equal(400)
      const link = linkIn(await at.server.mailTo('new@example.com'))
      expect(at.server.mailbox.to(taken)).to.deep.equal([])
      expect(JSON.stringify(answers)).to.not.include(link.split('/').at(-1)!)
      const visitor = new Visitor(at.server.issuer)
      await visitor.submit(await visitor.open(link), new URL(link).pathname)
      const { page } = await authorize(at.server, app, {}, visitor)
      const form = { password: PASSWORD, username: '', name: '' }
      expect(answerOf(await visitor.submit(page, '/signup', form))).to.have.property('code')
      const account = (await at.server.app.accounts.byIdentifier('new@example.com'))!
      expect(account).to.deep.include({ emailVerified: true, roles: [] })
      const kept = await at.server.app.invitations.get(answers[1]!.body.id as string)
      expect(kept).to.include({ createdBy: `client ${app.client_id}`, sent: 1, accountId: account.id })
    })

    it('invites nobody where registration is closed', async () => {
      const server = await startServer({ store: await openUrl(), env: { LATCHKEY_REGISTRATION: 'closed' } })
      try {
        const service = await server.register('service', {
          client_uri: 'https://app.example',
          link_purposes: ['invite'],
        })
        const grant = { grant_type: 'client_credentials', resource: `${server.issuer}/api`, scope: 'links' }
        const { access_token: held } = (await tokenRequest(server, service, grant)).body
        const response = await fetch(new URL('/api/v1/links', server.issuer), {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${held}` },
          body: JSON.stringify({ purpose: 'invite', email: 'ann@example.com' }),
        })
        expect(response.status).to.equal(403)
        expect(await response.json()).to.include({ error: 'registration.closed' })
      } finally {
        await server.close()
      }
    })

    it('is not sent where it would do nothing, and the app is answered alike', async () => {
      const verified = await at.server.person()
      const unverified = await at.server.person({ verified: false })
      const disabled = await at.server.person()
      await at.server.app.accounts.setStatus(disabled.id, 'disabled')
      const asked = [
        await ask({ purpose: 'sign-in', email: 'nobody@example.com' }),
        await ask({ purpose: 'sign-in', email: unverified.email }),
        await ask({ purpose: 'sign-in', email: disabled.email }),
        await ask({ purpose: 'reset', email: unverified.email }),
        await ask({ purpose: 'reset', email: disabled.email }),
        await ask({ purpose: 'verify', email: verified.email }),
      ]
      await at.server.app.postbox.settled()
      for (const { status, body } of asked) {
        expect(status).to.equal(202)
        expect(body).to.have.all.keys('id', 'purpose', 'expires_in')
      }
      for (const { email } of [verified, unverified, disabled]) expect(at.server.mailbox.to(email)).to.have.length(0)
    })

    it('is asked for by no token a hundred times from a network in five minutes; who has one is heard still', async () => {
      const without = []
      for (let count = 0; count < 101; count += 1) without.push((await ask({}, { authorization: 'Bearer x' })).status)
      expect(without).to.deep.equal([...Array<number>(100).fill(401), 429])
      const { status, body } = await ask({ purpose: 'sign-in', email: 'nobody-here@example.com' })
      expect([status, body.purpose]).to.deep.equal([202, 'sign-in'])
      moveClock(5 * MINUTE)
      expect((await ask({}, {})).status).to.equal(401)
    })

    it('is an answer to at most so many requests of one app in a minute, with the time to wait', async () => {
      const rule = rules.apiClient
      const used = Array.from({ length: rule.max }, () =>
        at.server.app.methodServices.limits.count(rule, app.client_id),
      )
      await Promise.all(used)
      const { status, body, wait } = await ask({ purpose: 'sign-in', email: 'still-nobody@example.com' })
      expect([status, body.error]).to.deep.equal([429, 'limit.api.client'])
      expect(Number(wait)).to.be.within(1, rule.window)
      token = await tokenFor(await newApp())
      expect((await ask({ purpose: 'sign-in', email: 'nobody-either@example.com' })).status).to.equal(202)
    })

    it('is mailed five times in a quarter of an hour, whether or not there is somebody', async () => {
      for (const { email } of [await at.server.person(), { email: 'still-nobody@example.com' }]) {
        const tries = []
        for (let count = 0; count < 6; count += 1) tries.push((await ask({ purpose: 'sign-in', email })).status)
        expect(tries).to.deep.equal([202, 202, 202, 202, 202, 429])
      }
      moveClock(15 * MINUTE)
      token = await tokenFor(app)
      expect((await ask({ purpose: 'sign-in', email: 'still-nobody@example.com' })).status).to.equal(202)
    })

    it('is made by who has the right at this very moment, for the purposes that it names', async () => {
      const { email } = await at.server.person()
      expect((await ask({ purpose: 'invite', email })).status).to.equal(403)
      await at.server.app.clients.update(app.client_id, { link_purposes: ['verify'] }, { actor: 'a test' })
      expect((await ask({ purpose: 'sign-in', email })).body.error).to.equal('link.purpose')
      await at.server.app.clients.remove(app.client_id, { actor: 'a test' })
      expect((await ask({ purpose: 'verify', email })).status).to.equal(401)
    })

    it('is refused to every other token, as RFC 6750 has it', async () => {
      const { email } = await at.server.person()
      const body = { purpose: 'sign-in', email }
      expect(await ask(body, {})).to.include({ status: 401, challenge: `Bearer realm="${at.server.issuer}/api"` })
      for (const value of ['nonsense', `${token}x`, await tokenFor(app, '', '')]) {
        const refused = await ask(body, { authorization: `Bearer ${value}` })
        expect(refused.status).to.equal(401)
        expect(refused.challenge).to.include('error="invalid_token"')
      }
      // Of a person who has signed in to the app.
      const begun = await authorize(at.server, app, { resource: `${at.server.issuer}/api`, scope: 'openid links' })
      const code = answerOf(await signIn(begun.visitor, begun.page, email)).code!
      const redeemed = await tokenRequest(at.server, app, {
        grant_type: 'authorization_code',
        code,
        code_verifier: begun.codeVerifier,
        redirect_uri: begun.url.searchParams.get('redirect_uri')!,
        resource: `${at.server.issuer}/api`,
      })
      const theirs = redeemed.body.access_token
      expect(theirs).to.be.a('string')
      expect((await ask(body, { authorization: `Bearer ${theirs}` })).status).to.equal(401)
      const scopeless = await ask(body, { authorization: `Bearer ${await tokenFor(app, '')}` })
      expect(scopeless.status).to.equal(403)
      expect(scopeless.challenge).to.include('error="insufficient_scope"')
      moveClock(16 * MINUTE)
      expect((await ask(body)).status).to.equal(401)
    })

    it('says what is wrong with a request, as JSON', async () => {
      const { email } = await at.server.person()
      const wrong: [unknown, string][] = [
        [{ purpose: 'sign-in' }, 'email'],
        [{ purpose: 'sign-in', email, expires_in: 59 }, 'expires_in'],
        [{ purpose: 'sign-in', email, expires_in: 604_801 }, 'expires_in'],
        [{ purpose: 'sign-in', email, to: 'me@evil.example' }, 'to'],
        [{ purpose: 'sign-in', email: { $ne: '' } }, 'email'],
        [{ purpose: 'own', email }, 'purpose'],
        ['{', 'JSON'],
        [[], 'body'],
      ]
      for (const [body, says] of wrong) {
        const { status, body: answer } = await ask(body)
        expect(status, JSON.stringify(body)).to.equal(400)
        expect(answer.error_description).to.include(says)
        expect(answer).to.have.property('trace_id')
      }
      const form = { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' }
      expect((await ask('purpose=verify', form)).status).to.equal(415)
      expect((await ask(JSON.stringify({ purpose: 'x'.repeat(9000) }))).status).to.equal(413)
    })

    it('needs an app that it can lead to', async () => {
      const bare = await at.server.register('service', { link_purposes: ['sign-in'] })
      const authorization = `Bearer ${await tokenFor(bare)}`
      const { body } = await ask({ purpose: 'sign-in', email: 'ann@example.com' }, { authorization })
      expect(body.error).to.equal('link.nowhere')
    })

    it('is no right of an app that does not authenticate, nor for what nobody knows', async () => {
      const tried = (type: 'spa' | 'web', link_purposes: unknown) =>
        at.server.register(type, { link_purposes }).catch((error: unknown) => error as Error)
      expect(await tried('spa', ['sign-in'])).to.have.property('code', 'client.invalid')
      expect(await tried('web', ['own'])).to.have.property('code', 'client.invalid')
      expect(await tried('web', 'sign-in')).to.have.property('code', 'client.invalid')
    })
  })
})
