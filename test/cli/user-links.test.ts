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
    ['another purpose', ['--purpose', 'reset'], 'sign-in'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await folder.run(link(...args))
      expect(code).to.be.greaterThan(0)
      expect(stderr).to.include(says)
    })
  }

  it('refuses a disabled account, and an app that a link cannot lead to', async () => {
    const uri = ['--redirect-uri', 'https://bare.example/callback']
    const bare = await folder.json<{ client_id: string }>(['clients', 'create', '--type', 'web', ...uri])
    expect((await folder.run(link('--client', bare.client_id))).stderr).to.include('initiate_login_uri')
    await folder.run(['users', 'disable', 'ann@example.com'])
    expect((await folder.run(link())).stderr).to.equal('ann@example.com is deactivated.\n')
  })
})
