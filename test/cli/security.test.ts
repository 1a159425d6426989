import { expect } from 'chai'
import { tryBy } from '../support/tries.ts'
import { rules } from '../../src/core/limits/rules.ts'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { KeyFacts } from '../../src/oidc/keys/keys.ts'
import type { Page } from '../../src/storage/port.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { CliFolder, PASSWORD, runCli } from './cli.ts'

describe('latchkey keys', () => {
  let folder: CliFolder
  before(async () => void (folder = await CliFolder.make()))
  after(() => folder.remove())

  it('rotates: the new keys are published before they sign, and the old ones stay', async () => {
    const before = await folder.json<{ items: KeyFacts[] }>(['keys', 'list'])
    expect(before.items.map(({ type, state }) => [type, state])).to.have.deep.members([
      ['RS256', 'signing'],
      ['ES256', 'signing'],
      ['EdDSA', 'signing'],
    ])

    const made = await folder.json<{ items: KeyFacts[] }>(['keys', 'rotate'])
    expect(made.items.map(({ state }) => state)).to.deep.equal(['next', 'next', 'next'])
    const { items } = await folder.json<{ items: KeyFacts[] }>(['keys', 'list'])
    expect(items.map(({ kid }) => kid)).to.have.members([...before.items, ...made.items].map(({ kid }) => kid))

    const audit = await folder.json<Page<AuditEntry>>(['security', 'audit'])
    expect(audit.items.map(({ type, details }) => [type, details])).to.deep.equal([
      ['keys.rotated', { kids: made.items.map(({ kid }) => kid) }],
    ])
    expect((await folder.run(['keys', 'list'])).stdout).to.match(/^KID +TYPE +STATE +SIGNS FROM/)
  })

  it('shows no private key, and keeps none in the clear', async () => {
    const { stdout } = await folder.run(['keys', 'list', '--json'])
    expect(stdout).not.to.include('sealed')
    expect((await folder.storedBytes()).includes('"d":"')).to.equal(false)
  })

  it('names LATCHKEY_SECRETS when the keys do not open', async () => {
    const env = { LATCHKEY_SECRETS: 'another secret of more than 32 characters' }
    const { code, stderr } = await folder.run(['clients', 'list'], { env })
    expect(code).to.equal(1)
    expect(stderr).to.match(/^LATCHKEY_SECRETS: the keys in the store cannot be opened: .*kid [\w-]+\)\n$/)
  })
})

describe('latchkey security', () => {
  let server: TestServer
  before(async () => void (server = await startServer()))
  after(() => server.close())

  it('unlocks an account whose password was tried too often, beside a running server', async () => {
    const account = await server.person()
    const { methodServices } = server.app
    const { verify } = (await import('../../src/methods/password/password.ts')).password
    const tryIt = (password: string) => verify(methodServices, tryBy(account, { password }))
    const failures = methodServices.config.passwordFailures
    for (let wrong = 0; wrong <= failures; wrong += 1) await tryIt('wrong').catch(() => undefined)
    const refused = await tryIt(PASSWORD).catch((error: unknown) => error)
    expect(refused).to.have.property('code', 'limit.password.account')

    const { code, stdout } = await runCli(['security', 'unlock', account.email], { env: server.env })
    expect([code, stdout]).to.deep.equal([0, `${account.email} can try again.\n`])
    expect(await tryIt(PASSWORD)).to.have.nested.property('proof.method', 'password')
  })

  it('takes the address as an option too, and says what it lacks', async () => {
    const { email } = await server.person()
    const unlocked = await runCli(['security', 'unlock', '--email', email], { env: server.env })
    expect([unlocked.code, unlocked.stdout]).to.deep.equal([0, `${email} can try again.\n`])
    const nobody = await runCli(['security', 'unlock'], { env: server.env })
    expect([nobody.code, nobody.stderr]).to.deep.equal([
      1,
      'say which account: `security unlock NAME`, or `--email ADDRESS`\n',
    ])
  })

  it('forgets what was counted against a network, and no other', async () => {
    const { limits } = server.app.methodServices
    const from = ['192.0.2.0/24', '198.51.100.0/24']
    for (const network of from) for (let tries = 0; tries < 7; tries += 1) await limits.count(rules.resend, network)
    const args = ['security', 'reset-attempts', '--address', '192.0.2.55']
    const { code, stdout } = await runCli(args, { env: server.env })
    expect([code, stdout]).to.deep.equal([0, 'What was counted against 192.0.2.0/24 is forgotten.\n'])
    const left = await Promise.all(from.map(network => limits.look(rules.resend, network)))
    expect(left.map(({ count }) => count)).to.deep.equal([0, 7])
    const wrong = await runCli(['security', 'reset-attempts', '--address', 'here'], { env: server.env })
    expect([wrong.code, wrong.stderr]).to.deep.equal([
      1,
      '--address: expected an address such as 192.0.2.1 or 2001:db8::1, got here\n',
    ])
  })

  it('lists the limits as they hold here', async () => {
    const env = { ...server.env, LATCHKEY_LIMITS: 'resend.address=off,sms.number=9/2h' }
    const { stdout } = await runCli(['security', 'limits'], { env })
    expect(stdout).to.match(/^LIMIT +COUNTED BY/)
    expect(stdout).to.match(/^resend\.address .* off *$/m)
    expect(stdout).to.match(/^sms\.number .* 9 +2h +the rest of that time$/m)
    expect(stdout).to.match(/^password\.account .* 5 +5m +15m, twice as long each time, at most 4h$/m)
  })

  it('lists what happened, the newest first, of one account or of all', async () => {
    const { email } = await server.person()
    await runCli(['users', 'disable', email], { env: server.env })
    await runCli(['users', 'enable', email], { env: server.env })
    const listed = await runCli(['security', 'audit', '--account', email, '--limit', '1', '--json'], {
      env: server.env,
    })
    const page = JSON.parse(listed.stdout) as Page<AuditEntry>
    expect(page.items.map(({ type }) => type)).to.deep.equal(['account.restored'])
    const next = ['security', 'audit', '--account', email, '--cursor', page.cursor!, '--json']
    const rest = JSON.parse((await runCli(next, { env: server.env })).stdout) as Page<AuditEntry>
    expect(rest.items.map(({ type }) => type)).to.deep.equal(['account.deactivated'])
    const all = await runCli(['security', 'audit'], { env: server.env })
    expect(all.stdout)
      .to.match(/^TIME +EVENT +OUTCOME/)
      .and.include('account.unlocked')
  })
})
