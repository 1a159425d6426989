import { expect } from 'chai'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { Page } from '../../src/storage/port.ts'
import { tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { CliFolder, askWorker } from './cli.ts'

const OLD = 'the old secret, of more than 32 characters'
const NEW = 'the new secret, of more than 32 characters'

describe('latchkey secrets rotate', () => {
  let folder: CliFolder
  let server: TestServer | undefined
  beforeEach(async () => void (folder = await CliFolder.make()))
  afterEach(async () => {
    await server?.close()
    await folder.remove()
  })

  it('moves everything to the new secret while a server signs, after which the old one can go', async () => {
    const store = `sqlite:${folder.path}/latchkey.db`
    const service = await folder.json<ClientView>(['clients', 'create', '--type', 'service'], {
      env: { LATCHKEY_SECRETS: OLD },
    })
    server = await startServer({ store, env: { LATCHKEY_SECRETS: `${NEW},${OLD}` } })
    const sign = async () => (await tokenRequest(server!, service, { grant_type: 'client_credentials' })).status
    const run = (...args: string[]) => askWorker(args, server!.env)

    const rotated = run('secrets', 'rotate', '--json')
    const statuses = await Promise.all(Array.from({ length: 20 }, sign))
    const { code, stdout, stderr } = await rotated
    expect(code, stderr).to.equal(0)
    expect(JSON.parse(stdout)).to.deep.equal({ fields: 3 })
    expect(new Set([...statuses, await sign()])).to.deep.equal(new Set([200]))

    expect((await run('secrets', 'rotate')).stdout).to.match(
      /^0 fields were sealed anew: everything is under the first/,
    )
    const audit = JSON.parse((await run('security', 'audit', '--json')).stdout) as Page<AuditEntry>
    expect(audit.items.slice(0, 2).map(({ type, details }) => [type, details])).to.deep.equal([
      ['secrets.rotated', { fields: 0 }],
      ['secrets.rotated', { fields: 3 }],
    ])
    await server.close()
    server = await startServer({ store, env: { LATCHKEY_SECRETS: NEW } })
    expect(await sign()).to.equal(200)
  })

  it('tells the procedure, and which secret is missing', async () => {
    await folder.run(['keys', 'list'], { env: { LATCHKEY_SECRETS: OLD } })
    const { code, stderr } = await folder.run(['secrets', 'rotate'], { env: { LATCHKEY_SECRETS: NEW } })
    expect(code).to.equal(1)
    expect(stderr).to.match(/^LATCHKEY_SECRETS: the keys in the store cannot be opened: .*kid [\w-]+\)\n$/)
    const { stdout } = await folder.run(['secrets', 'rotate', '--help'])
    for (const step of ['first in LATCHKEY_SECRETS', 'Restart', 'latchkey secrets rotate', 'Take the old one out'])
      expect(stdout).to.include(step)
  })
})
