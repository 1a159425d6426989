import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { Page } from '../../src/storage/port.ts'
import { CliFolder, PASSWORD } from './cli.ts'

describe('latchkey users', () => {
  let folder: CliFolder
  let ann: Account

  before(async () => {
    folder = await CliFolder.make()
    const args = 'users create --email Ann@Example.com --username Ann --verified --role admin auditor'.split(' ')
    ann = await folder.json<Account>([...args, '--name', 'Ann Example', '--password', PASSWORD])
  })

  after(() => folder.remove())

  it('creates an account, and prints its document', () => {
    expect(ann).to.include({ email: 'ann@example.com', emailVerified: true, username: 'ann', status: 'active' })
    expect(ann.profile).to.deep.equal({ name: 'Ann Example' })
    expect(ann.roles).to.deep.equal(['admin', 'auditor'])
    expect(ann.id).to.match(/^[\w-]{22}$/)
    expect(ann.createdAt).to.be.a('number')
  })

  it('keeps the password as an argon2id hash, and shows neither', async () => {
    const bytes = await folder.storedBytes()
    expect(bytes.includes(PASSWORD)).to.equal(false)
    expect(bytes.includes('$argon2id$')).to.equal(true)
    const shown = await folder.run(['users', 'show', 'ann', '--json'])
    expect(shown.stdout).not.to.include('argon2')
  })

  it('takes the password from the standard input, without its line break', async () => {
    const args = ['users', 'create', '--email', 'bob@example.com', '--password-stdin']
    const { code, stdout } = await folder.run(args, { input: `${PASSWORD}\n` })
    expect(code).to.equal(0)
    expect(stdout).to.match(/^Created\.\n\nid +[\w-]{22}\nemail +bob@example\.com \(not verified\)\nstatus +active\n/)
  })

  it('shows an account by address, username and id, however they are written', async () => {
    const names = ['ann@example.com', 'ANN@example.COM', 'ann', 'Ann', ann.id]
    const shown = await Promise.all(names.map(name => folder.json<Account>(['users', 'show', name])))
    expect(shown).to.deep.equal(names.map(() => ann))
  })

  it('lists accounts page by page', async () => {
    const first = await folder.json<Page<Account>>(['users', 'list', '--limit', '1'])
    expect(first.items).to.have.length(1)
    const rest = await folder.json<Page<Account>>(['users', 'list', '--cursor', first.cursor!])
    expect([...first.items, ...rest.items].map(({ email }) => email)).to.have.members([
      'ann@example.com',
      'bob@example.com',
    ])
    expect(rest).not.to.have.property('cursor')
    const { stdout } = await folder.run(['users', 'list', '--limit', '1'])
    expect(stdout)
      .to.match(/^ID +EMAIL +VERIFIED/)
      .and.include(`More: latchkey users list --cursor ${first.cursor}`)
  })

  it('disables and enables by each kind of name, with an entry for each change', async () => {
    for (const name of ['ann@example.com', 'ann', ann.id]) {
      const disabled = await folder.json<Account>(['users', 'disable', name])
      expect(disabled.status).to.equal('deactivated')
      // Past the present second: nothing that was obtained until now counts any more.
      expect(disabled.validFrom).to.be.greaterThan(ann.validFrom)
      expect((await folder.json<Account>(['users', 'enable', name])).status).to.equal('active')
    }
    expect((await folder.run(['users', 'enable', 'ann'])).stdout).to.equal('ann@example.com was active already.\n')

    const { items } = await folder.json<Page<AuditEntry>>(['security', 'audit', '--account', 'ann'])
    expect(items.map(({ type }) => type)).to.deep.equal([
      ...Array.from({ length: 3 }, () => ['account.restored', 'account.deactivated']).flat(),
      'role.assigned',
      'role.assigned',
      'account.registered',
    ])
    expect(items.every(({ actor, accountId }) => actor === 'command line' && accountId === ann.id)).to.equal(true)
  })

  const create = ['users', 'create', '--email']
  for (const [what, args, line] of [
    ['nobody', ['users', 'show', 'nobody'], 'There is no account with the address, username or id "nobody".'],
    ['nobody to disable', ['users', 'disable', 'no@example.com'], 'There is no account'],
    ['a taken address', [...create, 'ANN@example.com', '--password', PASSWORD], 'email: An account with this address'],
    [
      'a taken username',
      [...create, 'cy@example.com', '--username', 'ANN', '--password', PASSWORD],
      'username: That username is taken',
    ],
    ['what is no address', [...create, 'ann', '--password', PASSWORD], 'email: Enter an email address in full'],
    ['a short password', [...create, 'cy@example.com', '--password', 'short'], 'password: Use at least 15 characters'],
  ] as const) {
    it(`refuses ${what} in one line`, async () => {
      const { code, stdout, stderr } = await folder.run([...args])
      expect(stderr).to.include(line)
      expect(stderr.trimEnd().split('\n')).to.have.length(1)
      expect([code, stdout]).to.deep.equal([1, ''])
    })
  }

  it('refuses a forged cursor in one line, in every list', async () => {
    const forged = ['', 'zzz', '[]', 'null', '[7]', '[null]', '[{"$gt":""}]', '["a","b","c"]', '["a",{"$ne":null}]']
    const encoded = forged.map(text => Buffer.from(text).toString('base64url'))
    const lists = ['users list', 'clients list', 'security audit', 'security audit --account ann', 'policy history']
    for (const list of [...lists, 'sessions list --account ann']) {
      for (const cursor of ['zzz', '%00', ...encoded]) {
        const { code, stdout, stderr } = await folder.run([...list.split(' '), '--cursor', cursor])
        expect(stderr, `${list} ${cursor}`).to.equal('--cursor: expected a cursor that this list gave out\n')
        expect([code, stdout]).to.deep.equal([1, ''])
      }
    }
  })

  it('leaves no password behind for an account that could not be made', async () => {
    const count = () => {
      const store = new DatabaseSync(join(folder.path, 'latchkey.db'), { readOnly: true })
      const row = store.prepare('SELECT count(*) AS count FROM credentials').get()
      store.close()
      return row?.count
    }
    const before = count()
    expect(before).to.equal(2)
    await folder.run([...create, 'ann@example.com', '--password', PASSWORD])
    expect(count()).to.equal(before)
  })

  it('asks for no password where nobody can answer', async () => {
    const { code, stderr } = await folder.run([...create, 'dee@example.com'])
    expect(code).to.equal(2)
    expect(stderr).to.include('--password-stdin')
  })
})
