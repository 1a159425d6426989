import { expect } from 'chai'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { PolicyChange, PolicyDocument } from '../../src/core/policy/policies.ts'
import { settingNames } from '../../src/core/policy/settings.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { Page } from '../../src/storage/port.ts'
import { tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { askWorker, CliFolder, PASSWORD } from './cli.ts'

describe('latchkey policy', () => {
  let folder: CliFolder
  let client: ClientView
  before(async () => {
    folder = await CliFolder.make()
    client = await folder.json(['clients', 'create', '--type', 'service', '--id', 'billing'])
    await folder.json(
      ['users', 'create', '--email', 'ann@example.com', '--role', 'admin'].concat('--password', PASSWORD),
    )
  })
  after(() => folder.remove())

  const set = (...args: string[]) => folder.json(['policy', 'set', ...args])
  const show = () => folder.json<PolicyDocument>(['policy', 'show'])

  it('sets single settings, typed, for each kind of scope, and takes them back', async () => {
    expect(await set('--everyone', 'sessionIdleTtl=15m', 'rememberAllowed=false')).to.deep.equal({
      scope: 'everyone',
      settings: { sessionIdleTtl: 900, rememberAllowed: false },
    })
    await set('--everyone', 'accessTokenTtl=600', 'rememberAllowed=')
    await set('--guard', 'admin', 'requiredAcr=urn:latchkey:acr:2')
    await set('--role', 'admin', 'requiredAcr=phr')
    await set('--role', 'constructor', 'accessTokenTtl=1h')
    await set('--client', client.client_id, 'accessTokenTtl=5m')
    expect(await show()).to.deep.include({
      revision: 6,
      everyone: { sessionIdleTtl: 900, accessTokenTtl: 600 },
      guards: { admin: { requiredAcr: 'urn:latchkey:acr:2' } },
      roles: { admin: { requiredAcr: 'phr' }, constructor: { accessTokenTtl: 3600 } },
      clients: { billing: { accessTokenTtl: 300 } },
    })
    const { stdout } = await folder.run(['policy', 'show'])
    expect(stdout)
      .to.match(/^FOR +SETTING +VALUE\n/)
      .and.match(/^everyone +sessionIdleTtl +15m$/m)
      .and.match(/^client billing +accessTokenTtl +5m$/m)
  })

  it('tells who changed what, from what to what, and keeps an event for each', async () => {
    const page = await folder.json<Page<PolicyChange>>(['policy', 'history', '--limit', '2'])
    expect(page.items[0]).to.deep.include({
      actor: 'command line',
      scope: 'client billing',
      before: {},
      after: { accessTokenTtl: 300 },
    })
    const { stdout } = await folder.run(['policy', 'history', '--cursor', page.cursor!])
    expect(stdout).to.include('accessTokenTtl: not set → 10m').and.include('rememberAllowed: false → not set')
    const audit = await folder.json<Page<AuditEntry>>(['security', 'audit', '--limit', '1'])
    expect(audit.items[0]).to.deep.include({ type: 'policy.changed', details: { scope: 'client billing' } })
  })

  it('explains each value for a client and a person', async () => {
    const args = ['debug', 'policy', '--client', 'billing']
    const nobody = await folder.json<{ settings: object; sources: Record<string, string> }>(args)
    expect(nobody.settings).to.have.all.keys(settingNames)
    expect(nobody.sources).to.include({
      accessTokenTtl: 'client billing',
      sessionIdleTtl: 'everyone',
      requiredAcr: 'default',
    })
    const ann = await folder.json(['debug', 'policy', '--client', 'billing', '--email', 'ann@example.com'])
    expect(ann).to.deep.include({ guards: ['apps'], clientId: 'billing', roles: ['admin'] })
    expect(ann).to.have.nested.property('settings.requiredAcr', 'phr')
    expect(ann).to.have.nested.property('sources.requiredAcr', 'role admin')
    const { stdout } = await folder.run([...args, '--guard', 'admin'])
    expect(stdout.trimEnd().split('\n')).to.have.length(settingNames.length + 1)
    expect(stdout).to.match(/^requiredAcr +urn:latchkey:acr:2 +guard admin$/m)
  })

  for (const [args, code, line] of [
    [['--everyone', 'sessionIdleTtl=1'], 2, 'sessionIdleTtl: expected a duration from 30s to 730d, such as 90s'],
    [['--everyone', 'sessionIdleTtl=soon'], 2, 'sessionIdleTtl: expected a duration'],
    [['--everyone', 'rememberAllowed=maybe'], 2, 'rememberAllowed: expected true or false, got "maybe"'],
    [['--everyone', 'requiredAcr=2'], 2, 'requiredAcr: expected one of urn:latchkey:acr:1'],
    [['--everyone', 'secondFactor=always'], 2, 'secondFactor: expected one of off, new-device, optional, required'],
    [['--everyone', 'secondFactorGrace=1y'], 2, 'secondFactorGrace: expected a duration from 0 to 90d'],
    [['--everyone', 'rememberSecondFactor=366d'], 2, 'rememberSecondFactor: expected a duration from 0 to 365d'],
    [['--everyone', 'allowedMethods=pasword'], 2, 'allowedMethods: expected all, or some of password,'],
    [['--everyone', 'allowedMethods=password,'], 2, 'allowedMethods: expected all'],
    [['--everyone', 'sessionTtl=1h'], 2, 'sessionTtl: unknown; expected one of sessionIdleTtl'],
    [['--everyone', '__proto__=1'], 2, '__proto__: unknown'],
    [['--everyone', 'sessionIdleTtl'], 2, 'sessionIdleTtl: expected key=value'],
    [['accessTokenTtl=5m'], 2, 'Name one of --everyone, --guard, --role and --client.'],
    [['--everyone', '--role', 'admin', 'accessTokenTtl=5m'], 2, 'Name one of'],
    [['--client', 'biling', 'accessTokenTtl=5m'], 1, 'There is no client with the id biling.'],
    [['--client', 'billing', 'sessionIdleTtl=5m'], 1, 'sessionIdleTtl: A browser has one session for all apps'],
  ] as const) {
    it(`refuses ${args.join(' ')} in one line, and changes nothing`, async () => {
      const { revision } = await show()
      const refused = await folder.run(['policy', 'set', ...args])
      expect(refused.stderr).to.include(line)
      expect(refused.stderr.trimEnd().split('\n')).to.have.length(1)
      expect([refused.code, refused.stdout]).to.deep.equal([code, ''])
      expect((await show()).revision).to.equal(revision)
    })
  }

  it('sets which methods count, and when a second factor is asked for', async () => {
    const settings = await set(
      '--role',
      'staff',
      'secondFactor=required',
      'secondFactorGrace=7d',
      'rememberSecondFactor=0',
    )
    expect(settings).to.have.deep.property('settings', {
      secondFactor: 'required',
      secondFactorGrace: 604_800,
      rememberSecondFactor: 0,
    })
    await set('--role', 'staff', 'allowedMethods=password,totp')
    expect((await folder.run(['policy', 'show'])).stdout).to.match(/^role staff +allowedMethods +password, totp$/m)
    await set('--role', 'staff', 'secondFactor=', 'secondFactorGrace=', 'rememberSecondFactor=', 'allowedMethods=')
  })

  it('can be taken back for a client that is gone', async () => {
    await folder.run(['clients', 'remove', 'billing', '--yes'])
    expect(await set('--client', 'billing', 'accessTokenTtl=')).to.deep.equal({ scope: 'client billing', settings: {} })
    const { code, stderr } = await folder.run(['debug', 'policy', '--client', 'billing'])
    expect([code, stderr]).to.deep.equal([1, 'There is no client with the id billing.\n'])
  })

  it('is heard by a running server', async () => {
    const server: TestServer = await startServer()
    try {
      const service = await server.register('service')
      const args = ['policy', 'set', '--client', service.client_id, 'accessTokenTtl=2m']
      expect((await askWorker(args, server.env)).code).to.equal(0)
      await server.app.policy.read()
      const { body } = await tokenRequest(server, service, { grant_type: 'client_credentials' })
      expect(body.expires_in).to.equal(120)
    } finally {
      await server.close()
    }
  })
})
