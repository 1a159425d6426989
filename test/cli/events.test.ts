import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { expect } from 'chai'
import { redisOrSkip, startRedis, type TestRedis } from '../support/redis.ts'
import { CliFolder, PASSWORD } from './cli.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

describe('latchkey events tail', () => {
  for (const how of ['by the bus of Redis', 'by looking at the store']) {
    describe(how, () => {
      let redis: TestRedis | undefined
      let folder: CliFolder
      let env: Record<string, string>
      let child: ChildProcessByStdio<null, Readable, Readable>
      before(async function () {
        if (how.includes('Redis')) redis = await redisOrSkip(this, startRedis)
        env = redis ? { LATCHKEY_REDIS: redis.url } : {}
        folder = await CliFolder.make(env)
      })
      after(async () => {
        child?.kill('SIGKILL')
        await folder?.remove()
        await redis?.stop()
      })

      it('prints what other processes do, without secrets, until it is interrupted', async () => {
        await folder.json(['users', 'create', '--email', 'before@example.com', '--password', PASSWORD])
        const variables = { PATH: process.env.PATH, ...env, LATCHKEY_DATA_DIR: folder.path }
        child = spawn(process.execPath, [MAIN, 'events', 'tail', '--json'], {
          env: variables,
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        const lines = createInterface({ input: child.stdout })
        const told: Record<string, unknown>[] = []
        const all = new Promise<void>(resolve => {
          lines.on('line', line => {
            told.push(JSON.parse(line))
            if (told.length === 2) resolve()
          })
        })
        await once(createInterface({ input: child.stderr }), 'line')

        const args = ['users', 'create', '--email', 'ann@example.com', '--password', PASSWORD]
        const { id } = await folder.json<{ id: string }>(args)
        await folder.json(['users', 'disable', 'ann@example.com'])
        await all
        expect(told.map(({ type, accountId, outcome }) => [type, accountId, outcome])).to.deep.equal([
          ['account.registered', id, 'success'],
          ['account.deactivated', id, 'success'],
        ])
        for (const event of told)
          expect(Object.keys(event)).to.have.members(['id', 'at', 'type', 'outcome', 'accountId'])
        child.kill('SIGINT')
        const [code] = await once(child, 'exit')
        expect(code).to.equal(0)
      })
    })
  }
})
