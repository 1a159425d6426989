// A password that has to be changed before anything else goes on.
import { expect } from 'chai'
import { onlyCredentialId } from '../../src/core/credentials.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { runCli } from '../cli/cli.ts'
import { openConsole, SECURITY } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { introspect, refresh } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { allow, authorization, codeOf, signIn, signInForTokens } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

const NEW = 'nine yellow kites above the valley'
const DAY = 86_400_000

describe('a password that has to be changed', () => {
  eachEngine((_engine, openUrl) => {
    let server: TestServer
    let client: ClientView
    before(async () => {
      server = await startServer({ store: await openUrl(), env: { LATCHKEY_PASSWORD_MAX_AGE: '90d' } })
      client = await server.register('web')
    })
    after(() => server.close())
    afterEach(resetClock)

    const force = async (name: string) => {
      const { code, stdout, stderr } = await runCli(['users', 'force-password-change', name], { env: server.env })
      expect(code, stderr).to.equal(0)
      return stdout
    }
    const begin = (visitor: Visitor, params: Record<string, string> = {}) =>
      visitor.open(authorization(server, client, params).url)
    const begun = async (email: string, password = PASSWORD) => {
      const visitor = new Visitor(server.issuer)
      return { visitor, page: await signIn(visitor, await begin(visitor), email, password) }
    }
    const asksForChange = ({ html }: VisitedPage) => /action="\/signin\/[^/"]+\/password"/.test(html)
    const typesOf = async (accountId: string) =>
      (await server.app.events.ofAccount(accountId, { limit: 100 })).items.map(({ type }) => type)

    it('by an admin’s word, is changed in the middle of a sign-in, which then goes on', async () => {
      const person = await server.person()
      expect(await force(person.email)).to.include('changes their password before anything else')
      expect(await force(person.email)).to.include('already')
      const { visitor, page } = await begun(person.email)
      expect(asksForChange(page), wordsOf(page)).to.equal(true)
      expect(wordsOf(page)).to.include('The people who run this service ask you to change your password')

      for (const [password, says] of [
        ['sesame', 'Use at least 15 characters'],
        ['qwertyuiopasdfghjkl', 'Many people use this'],
        [PASSWORD, 'This is your password already'],
      ] as const) {
        const refused = await visitor.submit(page, '/password', { password })
        expect([refused.status, asksForChange(refused)]).to.deep.equal([400, true])
        expect(wordsOf(refused)).to.include(says)
        expect(refused.html).to.not.include(password)
      }
      codeOf(await allow(visitor, await visitor.submit(page, '/password', { password: NEW })))
      expect(wordsOf((await begun(person.email)).page)).to.include('do not belong together')
      expect(asksForChange((await begun(person.email, NEW)).page)).to.equal(false)
      const types = await typesOf(person.id)
      expect(types.filter(type => type.startsWith('password.'))).to.have.members([
        'password.change_demanded',
        'password.changed',
      ])
    })

    it('is asked for of a live session too, after a fresh proof: an open browser alone changes nothing', async () => {
      const person = await server.person()
      const held = await signInForTokens(server, client, person.email, {
        params: { scope: 'openid offline_access', prompt: 'consent' },
      })
      await force(person.email)
      const silent = await begin(held.visitor, { prompt: 'none' })
      expect(silent.url.searchParams.get('error')).to.equal('login_required')

      const asked = await begin(held.visitor)
      expect(asksForChange(asked)).to.equal(false)
      const posted = await held.visitor.post(`${asked.url.pathname}/password`, { password: NEW })
      expect(posted.status).to.equal(409)
      const page = await held.visitor.submit(asked, '/prove/password', { password: PASSWORD })
      expect(asksForChange(page), wordsOf(page)).to.equal(true)
      expect((await introspect(server, client, held.tokens.access_token)).body.active).to.equal(true)

      codeOf(await allow(held.visitor, await held.visitor.submit(page, '/password', { password: NEW })))
      expect((await introspect(server, client, held.tokens.access_token)).body.active).to.equal(false)
      expect((await refresh(server, client, held.tokens.refresh_token)).body.error).to.equal('invalid_grant')
      codeOf(await begin(held.visitor, { prompt: 'none' }))
    })

    it('is asked for on the way to the account console, whose session goes no further', async () => {
      const person = await server.person()
      const { visitor } = await openConsole(server, person.email)
      await force(person.email)
      const asked = await visitor.open(SECURITY)
      const page = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
      expect(asksForChange(page), wordsOf(page)).to.equal(true)
      const done = await visitor.submit(page, '/password', { password: NEW })
      expect(done.url.pathname).to.equal(SECURITY)
    })

    it('is not asked for of somebody who has none', async () => {
      const person = await server.person()
      await server.app.credentials.remove(onlyCredentialId('password', person.id))
      const { code, stderr } = await runCli(['users', 'force-password-change', person.email], { env: server.env })
      expect([code, stderr]).to.deep.equal([1, `${person.email} has no password that could be changed\n`])
    })

    it('as it was short beside a second step, is changed once that is gone', async () => {
      const person = await server.person()
      const authenticator = await addTotp(server, person)
      const visitor = new Visitor(server.issuer)
      const second = await signIn(visitor, await visitor.open(SECURITY), person.email)
      await visitor.submit(second, '/prove/totp', { code: authenticator.code() })
      const form = await visitor.open(`${SECURITY}/password/add`)
      expect(wordsOf(form)).to.include('At least 8 characters')
      const changed = await visitor.submit(form, '/password/add', { password: 'kites ab' })
      expect(wordsOf(changed)).to.include('Your password is changed')

      expect(asksForChange((await begun(person.email, 'kites ab')).page)).to.equal(false)
      for (const one of (await server.app.credentials.list({ accountId: person.id }, { limit: 9 })).items)
        if (one.method === 'totp') await server.app.credentials.remove(one.id)
      const { visitor: later, page } = await begun(person.email, 'kites ab')
      expect(asksForChange(page), wordsOf(page)).to.equal(true)
      expect(wordsOf(page)).to.include('Choose a longer one')
      const short = await later.submit(page, '/password', { password: 'nine kite' })
      expect(wordsOf(short)).to.include('Use at least 15 characters')
      codeOf(await allow(later, await later.submit(page, '/password', { password: NEW })))
    })

    it('as it is old, is changed where an age is configured', async () => {
      const person = await server.person()
      moveClock(89 * DAY)
      expect(asksForChange((await begun(person.email)).page)).to.equal(false)
      moveClock(91 * DAY)
      const { visitor, page } = await begun(person.email)
      expect(asksForChange(page), wordsOf(page)).to.equal(true)
      codeOf(await allow(visitor, await visitor.submit(page, '/password', { password: NEW })))
      expect(asksForChange((await begun(person.email, NEW)).page)).to.equal(false)
    })
  })
})
