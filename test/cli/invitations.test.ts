import { expect } from 'chai'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { Page } from '../../src/storage/port.ts'
import { CliFolder, PASSWORD } from './cli.ts'

interface Invited {
  id: string
  email: string
  roles: string[]
  state: string
  link: string
}

describe('latchkey users invite', () => {
  let folder: CliFolder
  before(async () => {
    folder = await CliFolder.make()
    await folder.json(['users', 'create', '--email', 'ann@example.com', '--verified', '--password', PASSWORD])
  })
  after(() => folder.remove())

  const invite = (email: string, ...more: string[]) =>
    folder.json<Invited>(['users', 'invite', '--email', email, ...more])
  const list = () => folder.json<Page<Invited>>(['users', 'invite', 'list'])
  const mails = async () => {
    const all = await readdir(join(folder.path, 'mail')).catch(() => [])
    return Promise.all(all.map(name => readFile(join(folder.path, 'mail', name), 'utf8')))
  }

  it('mails a link, prints it, and keeps no secret of it', async () => {
    const made = await invite('Bob@Example.com', '--role', 'staff', 'auditor', '--expires', '2d')
    expect(made).to.deep.include({ email: 'bob@example.com', roles: ['staff', 'auditor'], state: 'open' })
    expect(made.link).to.match(/^http:\/\/localhost:3000\/invite\/[\w-]{43}$/)
    const secret = made.link.split('/').at(-1)!
    expect((await mails()).some(mail => mail.includes('bob@example.com') && mail.includes(secret))).to.equal(true)
    expect(JSON.stringify(await list())).to.not.include(secret)
    expect((await folder.storedBytes()).includes(secret)).to.equal(false)
    const { items } = await folder.json<Page<AuditEntry>>(['security', 'audit'])
    expect(items[0]).to.deep.include({ type: 'invitation.created', actor: 'command line' })
    expect(JSON.stringify(items)).to.not.include(secret)
  })

  it('writes in the language that is asked for, also when it is sent again', async () => {
    const { id } = await invite('zoe@example.com', '--language', 'de-AT')
    await folder.json(['users', 'invite', 'resend', id])
    const toZoe = (await mails()).filter(mail => mail.includes('zoe@example.com'))
    expect(toZoe).to.have.length(2)
    for (const mail of toZoe) expect((await PostalMime.parse(mail)).html).to.include('<html lang="de" dir="ltr">')
  })

  it('is sent again by another link, and taken back for good', async () => {
    const made = await invite('cy@example.com')
    const again = await folder.json<Invited>(['users', 'invite', 'resend', made.id])
    expect(again.link).to.not.equal(made.link)
    const revoked = await folder.json<Invited>(['users', 'invite', 'revoke', made.id])
    expect(revoked.state).to.equal('revoked')
    const { code, stderr } = await folder.run(['users', 'invite', 'resend', made.id])
    expect([code, stderr]).to.deep.equal([1, 'This invitation was taken back. Ask whoever invited you.\n'])
    expect((await list()).items.find(({ id }) => id === made.id)!.state).to.equal('revoked')
  })

  for (const [what, args, says] of [
    ['nobody', [], '--email'],
    ['what is no address', ['--email', 'half@'], 'Enter an email address in full'],
    ['who has an account', ['--email', 'ANN@example.com'], 'ann@example.com has an account already.'],
    ['to an app that is not there', ['--email', 'dee@example.com', '--client', 'nowhere'], 'There is no app'],
    ['for too long', ['--email', 'dee@example.com', '--expires', '31d'], 'from 5m to 30d'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await folder.run(['users', 'invite', ...args])
      expect(code).to.be.greaterThan(0)
      expect(stderr).to.include(says)
    })
  }

  it('refuses where registration is closed, and says what to set', async () => {
    const env = { LATCHKEY_REGISTRATION: 'closed' }
    const { code, stderr } = await folder.run(['users', 'invite', '--email', 'dee@example.com'], { env })
    expect(code).to.equal(1)
    expect(stderr).to.include('set it to invitation')
  })
})

describe('latchkey users deactivate, restore and purge', () => {
  let folder: CliFolder
  before(async () => {
    folder = await CliFolder.make()
    await folder.json(['users', 'create', '--email', 'ann@example.com', '--verified', '--password', PASSWORD])
  })
  after(() => folder.remove())

  it('keep the reason, and bring the account back', async () => {
    const { stdout } = await folder.run(['users', 'deactivate', 'ann@example.com', '--reason', 'left the company'])
    expect(stdout).to.include('ann@example.com is deactivated.')
    expect((await folder.run(['users', 'show', 'ann@example.com'])).stdout).to.match(/reason +left the company/)
    expect((await folder.run(['users', 'restore', 'ann@example.com'])).stdout).to.include('can sign in again')
  })

  it('delete after a time, or at once', async () => {
    expect((await folder.run(['users', 'purge', 'ann@example.com'])).code).to.equal(2)
    const { purgeAt } = await folder.json<{ purgeAt: number }>(['users', 'purge', 'ann@example.com', '--yes'])
    expect(purgeAt).to.be.closeTo(Date.now() + 30 * 86_400_000, 60_000)
    expect((await folder.run(['users', 'restore', 'ann@example.com'])).stdout).to.include('can sign in again')
    await folder.json(['users', 'purge', 'ann@example.com', '--now', '--yes'])
    expect((await folder.run(['users', 'show', 'ann@example.com'])).stderr).to.include('There is no account')
    await folder.json(['users', 'create', '--email', 'ann@example.com', '--password', PASSWORD])
  })
})
