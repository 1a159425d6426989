import { expect } from 'chai'
import { createJobRecords } from '../../src/core/job-records.ts'
import type { Job } from '../../src/jobs/job.ts'
import { removeExpired } from '../../src/jobs/remove-expired.ts'
import { runJob } from '../../src/jobs/scheduler.ts'
import { createLimits } from '../../src/core/limits/limits.ts'
import { createLog } from '../../src/lib/log.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/port.ts'
import { moveClock, resetClock } from '../support/clock.ts'

const log = createLog({ logLevel: 'silent' })

describe('scheduled jobs', () => {
  let store: Store
  let runs: number
  const job: Job = {
    name: 'count',
    about: 'counts its runs',
    every: 60,
    run: () => Promise.resolve(`run ${(runs += 1)}`),
  }

  beforeEach(async () => {
    store = await openStore('sqlite::memory:', declarations)
    runs = 0
  })
  afterEach(async () => {
    resetClock()
    await store.close()
  })

  it('run once for a slot, however many take it up at the same time', async () => {
    const records = createJobRecords(store)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => runJob(job, 60_000, records, log)))
    expect(outcomes.filter(outcome => outcome === 'success')).to.have.length(1)
    expect(runs).to.equal(1)
    expect(await records.get('count')).to.include({ outcome: 'success', result: 'run 1' })
  })

  it('run again for the next slot, and not for an earlier one', async () => {
    const records = createJobRecords(store)
    await runJob(job, 60_000, records, log)
    expect(await runJob(job, 120_000, records, log)).to.equal('success')
    expect(await runJob(job, 60_000, records, log)).to.equal('taken')
  })

  it('note a failure with its message, and go on the next time', async () => {
    const records = createJobRecords(store)
    const failing: Job = { ...job, run: () => Promise.reject(new Error('no room left')) }
    expect(await runJob(failing, 60_000, records, log)).to.equal('failure')
    expect(await records.get('count')).to.include({ outcome: 'failure', result: 'no room left' })
    expect(await runJob(job, 120_000, records, log)).to.equal('success')
  })

  it('are taken over from a holder that died, once its lease is over', async () => {
    const records = createJobRecords(store)
    await records.take('count', 60_000)
    expect(await runJob(job, 120_000, records, log)).to.equal('taken')
    moveClock(11 * 60_000)
    expect(await runJob(job, 120_000, records, log)).to.equal('success')
  })

  it('remove what has expired, in batches, and nothing else', async () => {
    const limits = createLimits(store)
    const short = { name: 'short', max: 5, window: 60 }
    const long = { name: 'long', max: 5, window: 86_400 }
    await Promise.all(Array.from({ length: 450 }, (_, at) => limits.count(short, String(at))))
    await limits.count(long, 'kept')
    moveClock(120_000)
    expect(await removeExpired(store, declarations).run()).to.equal('450 documents removed')
    expect(await limits.count(long, 'kept')).to.equal(2)
  })
})
