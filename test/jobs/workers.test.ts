import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, type Child } from '../support/child.ts'
import { eachEngine } from '../support/engines.ts'
import { workersOf } from '../support/workers.ts'

const CLOCK = join(import.meta.dirname, '../support/clock-by-signal.ts')
const HOURS = 3
/** Due at every full hour, and at no other time. */
const JOB = 'rotate-keys'
const HOUR = 3_600_000

describe('jobs of two workers', () => {
  eachEngine((_, openUrl) => {
    let folder: string
    let server: Child

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'latchkey-jobs-'))
      server = await startChild({
        LATCHKEY_STORE: await openUrl(),
        LATCHKEY_DATA_DIR: folder,
        LATCHKEY_WORKERS: '2',
        LATCHKEY_LOG_LEVEL: 'debug',
        LATCHKEY_LOG_FILE: join(folder, 'log'),
        NODE_OPTIONS: `--import ${CLOCK}`,
        // It is half past, so that no hour is full but by the signals.
        TEST_CLOCK_OFFSET: String(HOUR / 2 - (Date.now() % HOUR)),
      })
    })
    after(async () => {
      await server?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    const runs = () => server.log().filter(line => line.message === 'job' && line['event.action'] === JOB)

    it('run once for each time that they are due', async () => {
      for (let hour = 1; hour <= HOURS; hour += 1) {
        for (const worker of workersOf(server)) process.kill(worker, 'SIGUSR2')
        while (runs().length < hour) await fetch(`${server.issuer}/healthz`)
      }
      await server.stop()
      expect(runs().map(line => line['event.outcome'])).to.deep.equal(Array(HOURS).fill('success'))
    })
  })
})
