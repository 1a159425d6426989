import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from '../../src/core/accounts/account.ts'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { Page } from '../../src/storage/port.ts'
import { CliFolder } from './cli.ts'

const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

describe('latchkey users import', () => {
  let folder: CliFolder
  beforeEach(async () => {
    folder = await CliFolder.make()
  })
  afterEach(() => folder.remove())

  async function bring(...lines: (object | string)[]) {
    const file = join(folder.path, 'people.jsonl')
    await writeFile(file, lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
    const { code, stdout, stderr } = await folder.run(['users', 'import', file, '--json'])
    const { made, failed } = JSON.parse(stdout || '{}') as { made: number; failed: { line: number; message: string }[] }
    return { code, made, failed, stderr }
  }

  it('makes accounts, with all that a line says, and their entries', async () => {
    const outcome = await bring(
      {
        email: 'Ann@Example.com',
        username: 'Ann',
        name: 'Ann',
        verified: true,
        roles: ['editor'],
        passwordHash: BCRYPT,
      },
      '',
      { email: 'bob@example.com' },
    )
    expect(outcome).to.deep.include({ code: 0, made: 2, failed: [] })
    const ann = await folder.json<Account>(['users', 'show', 'ann'])
    expect(ann).to.deep.include({ email: 'ann@example.com', emailVerified: true, roles: ['editor'] })
    expect(await folder.json<Account>(['users', 'show', 'bob@example.com'])).to.include({ emailVerified: false })
    const { items } = await folder.json<Page<AuditEntry>>(['security', 'audit'])
    const types = items.filter(({ accountId }) => accountId === ann.id).map(({ type }) => type)
    expect(types).to.have.members(['account.registered', 'role.assigned'])
  })

  it('keeps hashes sealed', async () => {
    await bring({ email: 'ann@example.com', passwordHash: BCRYPT })
    expect((await folder.storedBytes()).includes(BCRYPT)).to.equal(false)
  })

  it('says of each line that cannot be taken what was wrong, repeats nothing secret, and takes the rest', async () => {
    const { code, made, failed } = await bring(
      { email: 'ann@example.com', username: 'ann' },
      'no JSON',
      '[]',
      { username: 'nobody' },
      { email: 'not an address' },
      { email: 'a@example.com', verified: 'yes' },
      { email: 'a@example.com', password: 'in the clear' },
      { email: 'a@example.com', passwordHash: 'in the clear' },
      { email: 'a@example.com', passwordHash: '$2a$20$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW' },
      { email: 'a@example.com', passwordHash: 'aGFzaA==', salt: 'c2FsdA==' },
      { email: 'a@example.com', passwordHash: { secretData: 'x', credentialData: 'y' } },
      { email: 'a@example.com', name: 'x'.repeat(201) },
      { email: 'a@example.com', roles: ['no such\nrole'] },
      { email: 'b@example.com', username: '-' },
      { email: 'bob@example.com' },
    )
    expect(code).to.equal(1)
    expect(made).to.equal(2)
    expect(failed.map(({ line, message }) => [line, message.split(':')[0]])).to.deep.equal([
      [2, 'expected one JSON object a line'],
      [3, 'expected one JSON object a line'],
      [4, 'email'],
      [5, 'email'],
      [6, 'verified'],
      [7, 'password'],
      [8, 'passwordHash'],
      [9, 'passwordHash'],
      [10, 'salt'],
      [11, 'passwordHash'],
      [12, 'name'],
      [13, 'roles'],
      [14, 'username'],
    ])
    expect(failed[7]!.message).to.include('the cost of bcrypt: expected 4 to 15, got 20')
    expect(JSON.stringify(failed)).to.not.include('in the clear')
  })

  it('takes a file again: who is there already stays as they are', async () => {
    const lines = [{ email: 'ann@example.com', passwordHash: BCRYPT }, { email: 'bob@example.com' }]
    await bring(...lines)
    const { made, failed } = await bring(...lines, { email: 'cleo@example.com' })
    expect([made, failed.map(({ line }) => line)]).to.deep.equal([1, [1, 2]])
  })

  it('makes one account of two lines with one address, and leaves nothing of a name that is taken', async () => {
    const { made, failed } = await bring(
      { email: 'ann@example.com', username: 'ann' },
      { email: 'ann@example.com' },
      { email: 'anna@example.com', username: 'ann', passwordHash: BCRYPT },
    )
    expect([made, failed.length]).to.deep.equal([1, 2])
    expect((await folder.json<Page<Account>>(['users', 'list'])).items).to.have.length(1)
  })

  it('says when there is no such file, and when the parameters of Firebase are none', async () => {
    const none = await folder.run(['users', 'import', join(folder.path, 'none.jsonl')])
    expect([none.code, none.stderr]).to.deep.equal([
      1,
      `${join(folder.path, 'none.jsonl')}: expected a file of JSON lines, got ENOENT\n`,
    ])
    const { code, stderr } = await folder.run(['users', 'import', 'people.jsonl', '--firebase', 'none.json'])
    expect(code).to.equal(2)
    expect(stderr).to.include('Expected a JSON file with base64_signer_key')
  })
})
