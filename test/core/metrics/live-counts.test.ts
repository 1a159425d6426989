import { expect } from 'chai'
import { createLiveCounts, liveCountDeclaration, type LiveCounts } from '../../../src/core/metrics/live-counts.ts'
import { openStore } from '../../../src/storage/open.ts'
import { Unavailable, type Store } from '../../../src/storage/port.ts'
import { wrapStore } from '../../../src/storage/layers/wrapped.ts'
import { moveClock, resetClock } from '../../support/clock.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const inA = (milliseconds: number) => Date.now() + milliseconds

describe('live counts', () => {
  let store: Store
  let counts: LiveCounts
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', [liveCountDeclaration])
    counts = createLiveCounts(store)
  })
  afterEach(async () => {
    resetClock()
    await store.close()
  })
  const sessions = () => counts.read('sessions')

  it('count what was entered and has not left', async () => {
    const end = inA(15 * MINUTE)
    for (let one = 0; one < 5; one += 1) counts.sessions.enter(end)
    counts.sessions.leave(end)
    expect(await sessions()).to.equal(4)
    expect(await counts.read('locks')).to.equal(0)
  })

  it('let go by themselves of what runs out, at its time and at most a thirty-second of its life later', async () => {
    for (const life of [MINUTE, 15 * MINUTE, 2 * 60 * MINUTE, 30 * DAY]) {
      counts.sessions.enter(inA(life))
      moveClock(life - 1000)
      expect(await sessions(), `before ${life}`).to.equal(1)
      moveClock(1000 + Math.max(life / 32, 15_000))
      expect(await sessions(), `after ${life}`).to.equal(0)
      await counts.flush()
    }
  })

  it('add up over processes and restarts', async () => {
    const other = createLiveCounts(store)
    const end = inA(15 * MINUTE)
    counts.sessions.enter(end)
    other.sessions.enter(end)
    other.sessions.enter(end)
    await Promise.all([counts.flush(), other.flush()])
    other.sessions.leave(end)
    await other.flush()
    expect(await sessions()).to.equal(2)
    expect(await createLiveCounts(store).read('sessions')).to.equal(2)
  })

  it('lose nothing of 50 flushes at once', async () => {
    const many = Array.from({ length: 50 }, () => createLiveCounts(store))
    for (const one of many) one.sessions.enter(inA(15 * MINUTE))
    await Promise.all(many.map(one => one.flush()))
    expect(await sessions()).to.equal(50)
  })

  it('take those that had the longest to go, when it is not known which went', async () => {
    counts.sessions.enter(inA(5 * MINUTE))
    counts.sessions.enter(inA(60 * MINUTE))
    counts.sessions.leaveSome(1)
    await counts.flush()
    expect(await sessions()).to.equal(1)
    moveClock(6 * MINUTE)
    expect(await sessions()).to.equal(0)
  })

  it('never fall below none', async () => {
    counts.sessions.leave(inA(MINUTE))
    counts.sessions.leaveSome(3)
    expect(await sessions()).to.equal(0)
  })

  it('keep what they could not write until the store is back', async () => {
    let away = true
    const failing = wrapStore(store, (_collection, verb, call) =>
      verb === 'upsert' ? (...args) => (away ? Promise.reject(new Unavailable('away')) : call(...args)) : call,
    )
    const waiting = createLiveCounts(failing)
    waiting.sessions.enter(inA(15 * MINUTE))
    expect(await waiting.flush().catch((error: unknown) => error)).to.be.instanceOf(Unavailable)
    expect(await waiting.read('sessions')).to.equal(1)
    away = false
    await waiting.flush()
    expect(await sessions()).to.equal(1)
  })

  it('stay small, however much is entered', async () => {
    for (let life = MINUTE; life < 30 * DAY; life += 7 * MINUTE) counts.sessions.enter(inA(life))
    await counts.flush()
    const known = await store.collection(liveCountDeclaration).get('sessions')
    expect(Object.keys(known!.ends).length).to.be.below(500)
  })
})
