import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { Finding } from '../../src/cli/checks/finding.ts'
import { startMongoOrSkip, type Mongo } from '../support/mongo.ts'
import { freePort } from '../support/ports.ts'
import { CliFolder, PASSWORD } from './cli.ts'

describe('the command line on MongoDB', () => {
  let mongo: Mongo | undefined
  let folder: CliFolder | undefined
  before(async function () {
    mongo = await startMongoOrSkip(this)
    folder = await CliFolder.make({
      LATCHKEY_STORE: mongo.url,
      LATCHKEY_ISSUER: `http://localhost:${await freePort()}`,
    })
  })
  after(async () => {
    await folder?.remove()
    await mongo?.stop()
  })

  it('makes people and apps, and lets go of the store', async () => {
    const args = ['users', 'create', '--email', 'ann@example.com', '--password', PASSWORD]
    const { id } = await folder!.json<Account>(args)
    expect((await folder!.json<Account>(['users', 'disable', 'ann@example.com'])).id).to.equal(id)
    const client = await folder!.json<ClientView>(['clients', 'create', '--type', 'service'])
    expect(await folder!.json<ClientView>(['clients', 'show', client.client_id])).to.include({
      client_id: client.client_id,
    })
  })

  it('compares the clock with the store’s server', async () => {
    const { checks } = await folder!.json<{ checks: Finding[] }>(['doctor'])
    expect(checks.find(({ name }) => name === 'store')?.status).to.equal('ok')
    expect(checks.find(({ name }) => name === 'clock')?.message).to.equal('agrees with the store')
  })

  it('says in a line that the server is away', async () => {
    const store = `mongodb://latchkey:tiger@127.0.0.1:${await freePort()}/latchkey`
    const { code, stderr } = await folder!.run(['users', 'list'], { env: { LATCHKEY_STORE: store } })
    expect(code).to.equal(1)
    expect(stderr).to.match(/^the store at 127\.0\.0\.1:\d+ cannot be opened: .*ECONNREFUSED.*\n$/)
    expect(stderr).not.to.include('tiger')
  })
})
