import { expect } from 'chai'
import { createBounded } from '../../src/lib/bounded.ts'
import { Refused } from '../../src/lib/errors.ts'

/** A job that ends when told to. */
function heldJob() {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { job: () => promise, end: () => resolve('done') }
}

describe('bounded', () => {
  it('runs as many at a time as it is wide, and the others in their order', async () => {
    const bounded = createBounded(2, 10)
    let running = 0
    const started: number[] = []
    let most = 0
    const jobs = Array.from({ length: 6 }, (_, index) =>
      bounded(async () => {
        started.push(index)
        most = Math.max(most, ++running)
        await new Promise(setImmediate)
        running--
        return index
      }),
    )
    expect(await Promise.all(jobs)).to.deep.equal([0, 1, 2, 3, 4, 5])
    expect(started).to.deep.equal([0, 1, 2, 3, 4, 5])
    expect(most).to.equal(2)
  })

  it('refuses with 503 what would wait beyond the queue, and takes more when there is room', async () => {
    const bounded = createBounded(1, 2)
    const held = heldJob()
    const waiting = [bounded(held.job), bounded(held.job), bounded(held.job)]
    const refused = await bounded(held.job).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(Refused).and.include({ code: 'busy', status: 503, retryAfter: 2 })
    held.end()
    expect(await Promise.all(waiting)).to.deep.equal(['done', 'done', 'done'])
    expect(await bounded(async () => 'again')).to.equal('again')
  })

  it('runs without a queue', async () => {
    const bounded = createBounded(1, 0)
    const held = heldJob()
    const first = bounded(held.job)
    expect(await bounded(held.job).catch((error: unknown) => error)).to.be.instanceOf(Refused)
    held.end()
    expect(await first).to.equal('done')
  })

  it('goes on after a job that failed', async () => {
    const bounded = createBounded(1, 1)
    const failed = await bounded(() => Promise.reject(new Error('no'))).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Error)
    expect(await bounded(async () => 'yes')).to.equal('yes')
  })
})
