// What an account has to have is asked of whoever signs in without it: who comes from elsewhere, first of all.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { auditDeclaration } from '../../src/core/events/events.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { attemptOf, codeOf, signIn } from '../support/flow.ts'
import { startLyingIssuer, type LyingIssuer } from '../support/lying-issuer.ts'
import { codeIn } from '../support/mailbox.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { through, withUpstreams } from '../support/upstreams.ts'
import { wordsOf } from '../support/visitor.ts'

const HEADING = 'Complete your account'
const FIELDS = [
  { name: 'card', label: 'Library card', pattern: '\\d{8}', hint: 'Eight digits.', required: true },
  { name: 'rules', label: 'I keep quiet', type: 'checkbox', required: true },
  { name: 'born', label: 'Date of birth', type: 'date' },
  { name: 'shelf', label: 'Shelf', required: true, atSignup: false },
]
const FILLED = { 'field.card': '12345678', 'field.rules': 'yes' }

eachEngine((_name, openUrl) => {
  describe('who lacks what an account has to have', () => {
    let issuer: LyingIssuer
    let server: TestServer
    let client: ClientView
    before(async () => {
      issuer = await startLyingIssuer()
      const oidc = { kind: 'oidc', issuer: issuer.issuer, clientId: 'us' }
      server = await startServer({
        store: await openUrl(),
        env: {
          LATCHKEY_USERNAMES: 'required',
          LATCHKEY_ACCOUNT_FIELDS: JSON.stringify(FIELDS),
          ...withUpstreams([
            { ...oidc, id: 'trusted', name: 'Trusted', trustEmail: true, profile: { nickname: 'nick' } },
            { ...oidc, id: 'doubted', name: 'Doubted' },
          ]),
        },
      })
      client = await server.register('web', { first_party: true })
    })
    after(async () => {
      await server?.close()
      await issuer?.close()
    })

    const named = () => `u${randomBytes(6).toString('hex')}`
    async function come(id: string, more: object = {}) {
      const sub = named()
      const email = `${sub}@example.com`
      issuer.says = { sub, email, email_verified: true, ...more }
      const { visitor, page } = await authorize(server, client)
      const arrived = await through(visitor, page, id)
      const mailed = async () => ({ code: codeIn(await server.mailTo(email)) })
      const asked = id === 'trusted' ? arrived : await visitor.submit(arrived, '/verify', await mailed())
      expect(wordsOf(asked), `${asked.status}`).to.include(HEADING)
      return { visitor, asked, email }
    }
    const accountOf = async (email: string) => (await server.app.accounts.byIdentifier(email))!

    for (const id of ['trusted', 'doubted']) {
      it(`is asked for it before the app gets an answer, and once (${id})`, async () => {
        const { visitor, asked, email } = await come(id)
        expect(asked.html).to.include('name="username"').and.include('name="field.card"').and.include('field.rules')
        // What nobody has to have, and what no form of a registration asks for.
        expect(asked.html).to.not.include('field.born')
        expect(asked.html).to.not.include('field.shelf')

        // Not by another sign-in, nor by the form of another step.
        const again = await authorize(server, client)
        expect(wordsOf(await through(again.visitor, again.page, id))).to.include(HEADING)
        const passed = await visitor.post(`${attemptOf(asked)}/consent`, { decision: 'allow' })
        expect(passed.status).to.equal(409)

        const username = named()
        codeOf(await visitor.submit(asked, '/complete', { username: ` ${username.toUpperCase()} `, ...FILLED }))
        const account = await accountOf(email)
        expect(account).to.deep.include({ username, fields: { card: '12345678', rules: true } })
        const next = await authorize(server, client)
        codeOf(await through(next.visitor, next.page, id))
        const { items } = await server.app.store
          .collection(auditDeclaration)
          .list({ accountId: account.id }, { limit: 50 })
        const [entry] = items.filter(({ type }) => type === 'account.completed')
        expect(entry).to.deep.include({ details: { given: ['username', 'field.card', 'field.rules'] } })
      })
    }

    it('finds there what they are called elsewhere, where it can be a username', async () => {
      const nick = named()
      expect((await come('trusted', { nick })).asked.html).to.include(`value="${nick}"`)
      for (const unfit of ['R', 'rosa@example.com', 'Rósa!'])
        expect((await come('trusted', { nick: unfit })).asked.html).to.not.include(`value="${unfit}"`)
    })

    for (const [what, wrong, words] of [
      ['no username', { username: ' ' }, 'Choose a username.'],
      ['a username that is none', { username: 'ab' }, 'Use 3 to 40 letters'],
      ['an empty field', { 'field.card': '' }, 'Library card'],
      ['a field that does not fit', { 'field.card': '1234' }, 'Eight digits.'],
      ['a box that is not ticked', { 'field.rules': '' }, 'I keep quiet'],
    ] as const) {
      it(`gives ${what}, and is told so with the rest as it was typed`, async () => {
        const { visitor, asked, email } = await come('trusted')
        const username = named()
        const typed: Record<string, string> = { username, ...FILLED, ...wrong }
        const { 'field.rules': ticked, ...others } = typed
        const sent = ticked === '' ? others : typed
        const refused = await visitor.post(`${attemptOf(asked)}/complete`, sent)
        expect(refused.status).to.equal(400)
        expect(wordsOf(refused)).to.include(words)
        for (const value of Object.values(others)) if (value.trim()) expect(refused.html).to.include(`value="${value}"`)
        expect(/id="field.rules"[^>]* checked/.test(refused.html)).to.equal(ticked !== '')
        expect(await accountOf(email)).to.not.have.any.keys('username', 'fields')
        codeOf(await visitor.submit(refused, '/complete', { username, ...FILLED }))
      })
    }

    it('races another for a username: one gets it, the other loses nothing of what was typed', async () => {
      const both = [await come('trusted'), await come('doubted')]
      const username = named()
      const ends = await Promise.all(
        both.map(({ visitor, asked }) => visitor.submit(asked, '/complete', { username, ...FILLED })),
      )
      const lost = ends.findIndex(({ status }) => status === 409)
      codeOf(ends[1 - lost]!)
      expect(wordsOf(ends[lost]!)).to.include('That username is taken. Choose another.')
      expect(ends[lost]!.html).to.include(`value="${username}"`).and.include('value="12345678"')
      const another = { username: named(), ...FILLED }
      codeOf(await both[lost]!.visitor.submit(ends[lost]!, '/complete', another))
      expect(await accountOf(username)).to.include({ email: both[1 - lost]!.email })
      expect(await accountOf(both[lost]!.email)).to.include({ username: another.username })
    })

    it('takes nobody’s username that is taken already, and keeps the account as it was', async () => {
      const username = named()
      const { id } = await server.person()
      await server.app.accounts.changeUsername(id, username)
      const { visitor, asked, email } = await come('trusted')
      const refused = await visitor.submit(asked, '/complete', { username, ...FILLED })
      expect(refused.status).to.equal(409)
      expect(await accountOf(email)).to.not.have.any.keys('username', 'fields')
    })

    it('is asked in a live session too, and only for what is lacking', async () => {
      const { email, id } = await server.person()
      const { visitor, page } = await authorize(server, client)
      const asked = await signIn(visitor, page, email)
      expect(wordsOf(asked)).to.include(HEADING)
      codeOf(await visitor.submit(asked, '/complete', { username: named(), ...FILLED }))
      await server.app.accounts.change(id, account => ({ ...account, fields: { card: '12345678', rules: false } }))

      const silent = await authorize(server, client, { prompt: 'none' }, visitor)
      expect(answerOf(silent.page).error).to.equal('interaction_required')
      const { page: once } = await authorize(server, client, {}, visitor)
      expect(once.html).to.include('field.rules').and.not.include('field.card')
      expect(once.html).to.not.include('name="username"')
      // What is not asked for is not taken.
      codeOf(await visitor.submit(once, '/complete', { 'field.rules': 'yes', 'field.card': '87654321', username: 'x' }))
      expect((await server.app.accounts.get(id))!.fields).to.deep.equal({ card: '12345678', rules: true })
    })
  })
})
