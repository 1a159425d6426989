import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { eachEngine } from '../support/engines.ts'
import { signInForTokens } from '../support/flow.ts'
import { startServer } from '../support/server.ts'
import { askWorker, CliFolder, PASSWORD } from './cli.ts'

interface Seeded {
  users: number
  made: number
  password?: string
}

describe('latchkey seed', () => {
  eachEngine((_name, openUrl) => {
    it('makes the same people each time, who can sign in, and leaves everybody else alone', async () => {
      const server = await startServer({ store: await openUrl() })
      const env = { ...server.env, LATCHKEY_STORE: server.app.methodServices.config.store }
      try {
        const json = async <Document>(...args: string[]) => {
          const { stdout, stderr } = await askWorker([...args, '--json'], env)
          expect(stderr).to.equal('')
          return JSON.parse(stdout) as Document
        }
        const bob = await server.person({ email: 'test7@example.com' })
        const seed = (users: string) => json<Seeded>('seed', '--users', users, '--password', PASSWORD)
        expect(await seed('600')).to.deep.equal({ users: 600, made: 599, password: PASSWORD })
        expect(await seed('600')).to.deep.equal({ users: 600, made: 0 })
        expect((await seed('700')).made).to.equal(100)

        const show = (name: string) => json<Account>('users', 'show', name)
        const last = await show('test700@example.com')
        expect(last).to.include({ emailVerified: true, username: 'test700', status: 'active' })
        expect(last.profile.name).to.be.a('string')
        expect((await show('test7@example.com')).id).to.equal(bob.id)
        const client = await server.register('web')
        for (const email of [last.email, 'test1@example.com', bob.email]) await signInForTokens(server, client, email)
      } finally {
        await server.close()
      }
    })
  })

  it('is refused in production, in one line, and makes up a password otherwise', async () => {
    const folder = await CliFolder.make()
    const production = {
      LATCHKEY_ENV: 'production',
      LATCHKEY_ISSUER: 'https://id.example.com',
      LATCHKEY_SECRETS: 'a secret that is longer than 32 characters',
      LATCHKEY_MAIL: 'smtp://user:pass@mail.example.com',
      LATCHKEY_MAIL_FROM: 'id@example.com',
      LATCHKEY_TRUSTED_PROXIES: 'none',
    }
    const { code, stdout, stderr } = await folder.run(['seed', '--users', '1'], { env: production })
    expect(stderr).to.equal('Test people are not made in production (LATCHKEY_ENV).\n')
    expect([code, stdout]).to.deep.equal([1, ''])

    expect((await folder.json<Seeded>(['seed', '--users', '1'])).password).to.match(/^[\w-]{43}$/)
    expect((await folder.run(['seed', '--users', '0'])).code).to.equal(2)
    const short = await folder.run(['seed', '--users', '1', '--password', 'short'])
    expect(short.stderr).to.match(/^password: Use at least 15 characters/)
    await folder.remove()
  })
})
