import { expect } from 'chai'
import { Redis } from 'ioredis'
import type { Finding } from '../../src/cli/checks/finding.ts'
import { startRedisServer, type RedisServer } from '../servers/redis-server.ts'
import { redisOrSkip } from '../support/redis.ts'
import { freePort } from '../support/ports.ts'
import { CliFolder, PASSWORD } from './cli.ts'

describe('the command line with Redis', () => {
  let server: RedisServer
  let admin: Redis
  let folder: CliFolder
  before(async function () {
    server = await redisOrSkip(this, () => startRedisServer(['requirepass tiger']))
    admin = new Redis(server.port, '127.0.0.1', { password: 'tiger' })
    folder = await CliFolder.make({
      LATCHKEY_REDIS: `redis://:tiger@127.0.0.1:${server.port}`,
      LATCHKEY_ISSUER: `http://localhost:${await freePort()}`,
    })
  })
  after(async () => {
    admin?.disconnect()
    await folder?.remove()
    await server?.remove()
  })

  async function examine(env: Record<string, string> = {}) {
    const { stdout } = await folder.run(['doctor', '--json'], { env })
    expect(stdout).to.not.include('tiger')
    const { checks } = JSON.parse(stdout) as { checks: Finding[] }
    return (name: string) => checks.find(check => check.name === name)!
  }

  it('makes people, and lets go of both stores', async () => {
    await folder.json(['users', 'create', '--email', 'ann@example.com', '--password', PASSWORD])
    const { items } = await folder.json<{ items: object[] }>(['users', 'list'])
    expect(items).to.have.length(1)
  })

  it('leaves what is volatile out of the schema of the store that lasts', async () => {
    await folder.json(['migrate', 'up'])
    const { upToDate, collections } = await folder.json<{ upToDate: boolean; collections: { name: string }[] }>([
      'migrate',
      'status',
    ])
    expect(upToDate).to.equal(true)
    expect(collections.map(({ name }) => name))
      .to.include('accounts')
      .and.to.not.include('sessions')
  })

  describe('latchkey doctor', () => {
    it('finds a Redis in order, but for a disk that does not hold what it holds', async () => {
      let of = await examine()
      expect(of('redis')).to.include({ status: 'ok' })
      expect(of('redis').message).to.match(/^redis:\/\/127\.0\.0\.1:\d+ answers in \d+\.\d ms, version \d/)
      expect(of('redis memory')).to.include({ status: 'ok' })
      expect(of('clock').message).to.include('agrees with Redis')
      expect(of('redis disk')).to.include({ status: 'warning' })
      await admin.config('SET', 'appendonly', 'yes')
      of = await examine()
      expect(of('redis disk')).to.include({ status: 'ok' })
    })

    it('warns of one that drops what it holds when it is full', async () => {
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
      const memory = (await examine())('redis memory')
      await admin.config('SET', 'maxmemory-policy', 'noeviction')
      expect(memory).to.include({ status: 'problem' })
      expect(memory.message).to.include('allkeys-lru')
      expect(memory.todo).to.include('noeviction')
    })

    it('says what it could not look at, where the server does not tell', async () => {
      await admin.acl('SETUSER', 'managed', 'on', '>stripes', '~*', '&*', '+@all', '-info', '-config')
      const of = await examine({ LATCHKEY_REDIS: `redis://managed:stripes@127.0.0.1:${server.port}` })
      expect(of('redis')).to.include({ status: 'ok' })
      for (const name of ['redis memory', 'redis disk']) {
        expect(of(name)).to.include({ status: 'warning' })
        expect(of(name).message).to.include('could not be looked at')
      }
    })

    it('says that it cannot be reached, or does not let us in', async () => {
      const away = await examine({ LATCHKEY_REDIS: `redis://:tiger@127.0.0.1:${await freePort()}` })
      expect(away('redis')).to.include({ status: 'problem' })
      expect(away('redis').message).to.include('ECONNREFUSED')
      const shut = await examine({ LATCHKEY_REDIS: `redis://:lion@127.0.0.1:${server.port}` })
      expect(shut('redis').message).to.include('WRONGPASS')
    })
  })
})
