import { expect } from 'chai'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { Page } from '../../src/storage/port.ts'
import { CliFolder, PASSWORD } from './cli.ts'

interface Made {
  link: string
  email: string
  clientId: string
  uses: number
  endsAt: number
}

describe('latchkey users link', () => {
  let folder: CliFolder
  let id: string

  before(async () => {
    folder = await CliFolder.make()
    await folder.json(['users', 'create', '--email', 'ann@example.com', '--verified', '--password', PASSWORD])
    const uris = ['--redirect-uri', 'https://app.example/callback', '--client-uri', 'https://app.example']
    id = (await folder.json<{ client_id: string }>(['clients', 'create', '--type', 'web', ...uris])).client_id
  })
  after(() => folder.remove())

  const link = (...more: string[]) => ['users', 'link', '--email', 'ann@example.com', '--client', id, ...more]

  it('prints a link, and writes down that it was made, without its token', async () => {
    const began = Date.now()
    const made = await folder.json<Made>(link('--purpose', 'sign-in', '--expires', '30m', '--uses', '2'))
    expect(made.link).to.match(/^http:\/\/localhost:3000\/magic\/[\w-]{43}$/)
    expect(made).to.include({ email: 'ann@example.com', clientId: id, uses: 2 })
    expect(made.endsAt).to.be.within(began + 30 * 60_000, Date.now() + 30 * 60_000)
    const { items } = await folder.json<Page<AuditEntry>>(['security', 'audit', '--account', 'ann@example.com'])
    expect(items[0]).to.include({ type: 'link.created', actor: 'command line', clientId: id })
    const token = made.link.split('/').at(-1)!
    expect(JSON.stringify(items)).to.not.include(token)
    expect((await folder.storedBytes()).includes(token)).to.equal(false)
  })

  it('says in words for whom, how often and until when', async () => {
    const { stdout } = await folder.run(link())
    expect(stdout).to.match(/^http\S+\n\nIt signs ann@example\.com in, once, until \d{4}-\d\d-\d\dT[\d:]+Z\./)
  })

  for (const [what, args, says] of [
    ['nobody', ['--email', 'bob@example.com'], 'There is no account'],
    ['an app that is not there', ['--client', 'nowhere'], 'nowhere'],
    ['a time that is too long', ['--expires', '8d'], 'from 1m to 7d'],
    ['no use', ['--uses', '0'], 'from 1 to 100'],
    ['no network', ['--from', 'here'], 'CIDR'],
    ['another purpose', ['--purpose', 'own'], 'sign-in'],
    ['to use one to a new password twice', ['--purpose', 'reset', '--uses', '2'], 'a link to reset works once'],
    ['to invite who is there', ['--purpose', 'invite'], 'ann@example.com has an account already.'],
    ['to invite twice', ['--purpose', 'invite', '--uses', '2'], 'a link to invite works once'],
    ['an invitation to a network', ['--purpose', 'invite', '--from', '192.0.2.1'], 'bound to its address'],
    [
      'to invite to nowhere',
      ['--purpose', 'invite', '--email', 'new@example.com', '--client', 'no'],
      'There is no app',
    ],
    ['roles by anything else', ['--role', 'admin'], 'only an invitation gives roles'],
    ['to prove what is proven', ['--purpose', 'verify'], 'ann@example.com is verified already'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await folder.run(link(...args))
      expect(code).to.be.greaterThan(0)
      expect(stderr).to.include(says)
    })
  }

  it('proves an address, for an app without an address of its own too', async () => {
    await folder.json(['users', 'create', '--email', 'eve@example.com', '--password', PASSWORD])
    const uri = ['--redirect-uri', 'https://plain.example/callback']
    const plain = await folder.json<{ client_id: string }>(['clients', 'create', '--type', 'web', ...uri])
    const args = ['users', 'link', '--email', 'eve@example.com', '--client', plain.client_id, '--purpose', 'verify']
    const { stdout } = await folder.run(args)
    expect(stdout).to.match(/^http\S+\n\nIt proves that eve@example\.com is theirs, once/)
  })

  it('says what one to a new password, and one to an account, is good for', async () => {
    const reset = await folder.run(link('--purpose', 'reset'))
    expect(reset.stdout).to.match(/^http\S+\/magic\/\S+\n\nIt lets ann@example\.com choose a new password, once, until/)
    const invite = await folder.run(link('--purpose', 'invite', '--email', 'new@example.com', '--role', 'staff'))
    expect(invite.stdout).to.match(
      /^http\S+\/invite\/\S+\n\nIt invites new@example\.com to make an account, once, until/,
    )
    const { stdout } = await folder.run(['users', 'invite', 'list'])
    expect(stdout).to.match(/^ID +EMAIL +STATE +ROLES +GROUPS +SENT +OPENED +USED +UNTIL +BY\n/)
    expect(stdout).to.match(/new@example\.com +open +staff +0 /)
  })

  it('lists what became of each link, and never what it could be told by', async () => {
    const { items } = await folder.json<Page<Record<string, unknown>>>(['users', 'links', 'list', 'ann@example.com'])
    expect(items).to.have.length.greaterThan(1)
    for (const one of items) {
      expect(one).to.include({ state: 'open', createdBy: 'command line', sent: 0, timesOpened: 0 })
      expect(one).to.not.have.any.keys('tokenHash')
    }
    const { stdout } = await folder.run(['users', 'links', 'list', 'ann@example.com'])
    expect(stdout).to.match(/^ID +PURPOSE +STATE +BY +APP +CREATED +SENT +OPENED +USED +UNTIL\n/)
    await folder.json(['users', 'create', '--email', 'bare@example.com', '--password', PASSWORD])
    const none = await folder.run(['users', 'links', 'list', 'bare@example.com'])
    expect(none.stdout).to.equal('bare@example.com has no links.\n')
  })

  it('refuses a disabled account, and an app that a link cannot lead to', async () => {
    const uri = ['--redirect-uri', 'https://bare.example/callback']
    const bare = await folder.json<{ client_id: string }>(['clients', 'create', '--type', 'web', ...uri])
    expect((await folder.run(link('--client', bare.client_id))).stderr).to.include('initiate_login_uri')
    await folder.run(['users', 'disable', 'ann@example.com'])
    expect((await folder.run(link())).stderr).to.equal('ann@example.com is deactivated.\n')
  })
})
