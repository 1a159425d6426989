// The groups of an account: given by an invitation or the command line, told to apps that ask.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { Invitation } from '../../src/core/links/invitations.ts'
import type { Page } from '../../src/storage/port.ts'
import { askWorker } from '../cli/cli.ts'
import { authorize, claimsIn, userinfo } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { allow, codeOf, redeem, signIn } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

eachEngine((_name, openUrl) => {
  describe('the groups of an account', () => {
    let server: TestServer
    before(async () => {
      server = await startServer({ store: await openUrl(), env: { LATCHKEY_REGISTRATION: 'invitation' } })
    })
    after(() => server?.close())

    const latchkey = (...args: string[]) => askWorker([...args, '--json'], server.env)
    async function json<Document>(...args: string[]): Promise<Document> {
      const { code, stdout, stderr } = await latchkey(...args)
      expect(code, stderr).to.equal(0)
      return JSON.parse(stdout) as Document
    }
    const groupsOf = async (name: string) => (await json<Account>('users', 'show', name)).groups
    const entriesOf = async (name: string) => {
      const { items } = await json<Page<AuditEntry>>('security', 'audit', '--account', name)
      return items.filter(({ type }) => type === 'groups.changed').map(({ details }) => details)
    }

    it('are those of the invitation, also of one that was sent again', async () => {
      const about = ['--role', 'auditor', '--group', 'staff', 'eu:berlin', 'staff']
      const made = await json<Invitation & { link: string }>('users', 'invite', '--email', 'ann@example.com', ...about)
      expect(made.groups).to.deep.equal(['staff', 'eu:berlin'])
      const again = await json<Invitation & { link: string }>('users', 'invite', 'resend', made.id)
      const visitor = new Visitor(server.issuer)
      const page = await visitor.submit(await visitor.open(again.link), new URL(again.link).pathname)
      await visitor.submit(page, '/signup', { password: PASSWORD, username: '', name: '' })
      expect(await server.app.accounts.byIdentifier('ann@example.com')).to.deep.include({
        groups: ['staff', 'eu:berlin'],
        roles: ['auditor'],
      })
      expect(await entriesOf('ann@example.com')).to.deep.equal([{ added: ['staff', 'eu:berlin'], removed: [] }])
    })

    it('are those of a link that was handed over', async () => {
      const client = await server.register('web', { initiate_login_uri: 'https://app.example/start' })
      const about = ['--purpose', 'invite', '--client', client.client_id, '--group', 'guests']
      const made = await json<Invitation>('users', 'link', '--email', 'bea@example.com', ...about)
      expect(made.groups).to.deep.equal(['guests'])
      const wrong = await latchkey('users', 'link', '--email', 'x@example.com', ...about.slice(2))
      expect(wrong.stderr).to.include('--group: only an invitation gives groups')
    })

    it('are changed by the command line, each change once in the audit log', async () => {
      const { email } = await server.person()
      const change = (...args: string[]) => json<{ groups: string[] }>('users', 'groups', email, ...args)
      expect((await change()).groups).to.deep.equal([])
      expect((await change('--add', 'staff', 'eu')).groups).to.deep.equal(['staff', 'eu'])
      expect((await change('--add', 'staff', '--remove', 'nowhere')).groups).to.deep.equal(['staff', 'eu'])
      expect((await change('--add', 'night', '--remove', 'eu')).groups).to.deep.equal(['staff', 'night'])
      expect(await groupsOf(email)).to.deep.equal(['staff', 'night'])
      expect(await entriesOf(email)).to.deep.equal([
        { added: ['night'], removed: ['eu'] },
        { added: ['staff', 'eu'], removed: [] },
      ])
      const { stdout } = await askWorker(['users', 'show', email], server.env)
      expect(stdout).to.match(/^groups +staff night$/m)
    })

    it('have names that fit into a claim, and are not too many', async () => {
      const { email } = await server.person()
      for (const name of ['', 'two words', 'a\nb', 'café', 'x'.repeat(101)]) {
        const { code, stderr } = await latchkey('users', 'groups', email, '--add', name)
        expect(code, name).to.be.greaterThan(0)
        expect(stderr, name).to.include('expected 1 to 100 letters')
      }
      const many = Array.from({ length: 51 }, (_, index) => `g${index}`)
      for (const args of [
        ['groups', email, '--add', ...many],
        ['invite', '--email', 'cy@example.com', '--group', ...many],
      ]) {
        const { code, stderr } = await latchkey('users', ...args)
        expect([code, stderr]).to.deep.equal([1, 'An account can be in 50 groups at most.\n'])
      }
      expect(await entriesOf(email)).to.deep.equal([])
    })

    it('are told to an app that asks, with the person’s consent, and as they are now', async () => {
      const discovery = await fetch(`${server.issuer}/.well-known/openid-configuration`)
      const found = (await discovery.json()) as { scopes_supported: string[]; claims_supported: string[] }
      expect(found.scopes_supported).to.include('groups')
      expect(found.claims_supported).to.include('groups')

      const client = await server.register('web')
      const { email } = await server.person()
      await json('users', 'groups', email, '--add', 'staff', 'eu')
      const { visitor, page, codeVerifier } = await authorize(server, client, { scope: 'openid groups' })
      const asked = await signIn(visitor, page, email)
      expect(wordsOf(asked)).to.include('The groups you are in').and.include('staff, eu')
      const { body } = await redeem(server, client, codeOf(await allow(visitor, asked)), codeVerifier)
      const told = async () => (await userinfo(server, body.access_token)).body
      expect(await told()).to.deep.include({ groups: ['staff', 'eu'] })
      await json('users', 'groups', email, '--remove', 'eu')
      expect(await told()).to.deep.include({ groups: ['staff'] })
      await json('users', 'groups', email, '--remove', 'staff')
      expect(await told()).to.not.have.property('groups')
    })

    it('are told in the ID token where they are asked for by name, and to nobody who does not ask', async () => {
      const client = await server.register('web')
      const { email } = await server.person()
      await json('users', 'groups', email, '--add', 'staff')
      const claims = JSON.stringify({ id_token: { groups: null } })
      const { visitor, page, codeVerifier } = await authorize(server, client, { scope: 'openid', claims })
      const asked = await signIn(visitor, page, email)
      expect(wordsOf(asked)).to.include('The groups you are in')
      const { body } = await redeem(server, client, codeOf(await allow(visitor, asked)), codeVerifier)
      expect(claimsIn(body.id_token)).to.deep.include({ groups: ['staff'] })

      const other = await server.register('web')
      const scope = { scope: 'openid profile email phone address' }
      const plain = await authorize(server, other, scope, visitor)
      const all = await redeem(server, other, codeOf(await allow(visitor, plain.page)), plain.codeVerifier)
      expect(claimsIn(all.body.id_token)).to.not.have.property('groups')
      expect((await userinfo(server, all.body.access_token)).body).to.not.have.property('groups')
    })
  })
})
