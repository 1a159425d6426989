import { expect } from 'chai'
import {
  counterDeclaration,
  createLimits,
  floodDeclaration,
  LimitReached,
  type Limits,
} from '../../src/core/limits/limits.ts'
import type { Rule } from '../../src/core/limits/rule.ts'
import type { Store } from '../../src/storage/port.ts'
import { openStore } from '../../src/storage/open.ts'
import { moveClock, resetClock } from '../support/clock.ts'

const RULE: Rule = { name: 'guess', max: 5, window: 60, lock: 600 }
const SECOND = 1000

describe('limits on guessing', () => {
  let store: Store
  let limits: Limits
  let key = 0
  const next = () => `key-${(key += 1)}`

  before(async () => {
    store = await openStore('sqlite::memory:', [counterDeclaration, floodDeclaration])
    limits = createLimits(store)
  })
  afterEach(resetClock)
  after(() => store.close())

  const refusal = (rule: Rule, who: string): Promise<LimitReached | undefined> =>
    limits.count(rule, who).then(
      () => undefined,
      (error: unknown) => error as LimitReached,
    )
  async function fill(who: string, rule = RULE): Promise<void> {
    for (let tries = 0; tries < rule.max; tries += 1) await limits.count(rule, who)
  }

  it('lets the tries through that the rule allows, and refuses the next with the time to wait', async () => {
    const who = next()
    await fill(who)
    const refused = await refusal(RULE, who)
    expect(refused).to.be.instanceOf(LimitReached).and.to.include({ code: 'limit.guess', status: 429, retryAfter: 600 })
    expect(refused!.hint).to.include('Wait 10 minutes')
  })

  it('counts each key and each rule by itself', async () => {
    const who = next()
    await fill(who)
    await limits.count(RULE, next())
    await limits.count({ ...RULE, name: 'other' }, who)
  })

  it('counts 50 parallel tries, every one', async () => {
    const who = next()
    const refused = await Promise.all(Array.from({ length: 50 }, () => refusal(RULE, who)))
    expect(refused.filter(one => one === undefined)).to.have.length(5)
    expect(refused.filter(one => one?.begins)).to.have.length(1)
  })

  it('does not grow a lock by knocking at it, and opens when it ends', async () => {
    const who = next()
    await fill(who)
    await refusal(RULE, who)
    moveClock(599 * SECOND)
    expect((await refusal(RULE, who))?.retryAfter).to.be.within(1, 2)
    moveClock(2 * SECOND)
    await fill(who)
    expect(await refusal(RULE, who)).to.be.instanceOf(LimitReached)
  })

  it('locks twice as long each time, up to the longest, until a day has passed without one', async () => {
    const who = next()
    const rule: Rule = { ...RULE, longestLock: 2000 }
    const lockedFor = async () => {
      await fill(who, rule)
      const { retryAfter } = (await refusal(rule, who))!
      moveClock((retryAfter! + 1) * SECOND)
      return retryAfter
    }
    expect([await lockedFor(), await lockedFor(), await lockedFor(), await lockedFor()]).to.deep.equal([
      600, 1200, 2000, 2000,
    ])
    moveClock(86_401 * SECOND)
    expect(await lockedFor()).to.equal(600)
    await limits.clear(rule, who)
    expect(await lockedFor()).to.equal(600)
  })

  it('says which try of the window it is', async () => {
    const who = next()
    expect([await limits.count(RULE, who), await limits.count(RULE, who)]).to.deep.equal([1, 2])
  })

  it('starts to count anew when the window ends', async () => {
    const who = next()
    await fill(who)
    moveClock(61 * SECOND)
    await fill(who)
    expect(await refusal(RULE, who)).to.be.instanceOf(LimitReached)
  })

  it('closes for the rest of the window where the rule has no lock', async () => {
    const who = next()
    const rule: Rule = { name: 'open', max: 2, window: 60 }
    await fill(who, rule)
    moveClock(30 * SECOND)
    expect((await refusal(rule, who))?.retryAfter).to.be.within(29, 30)
    moveClock(31 * SECOND)
    expect(await refusal(rule, who)).to.equal(undefined)
  })

  it('gives a try back, but never more than were counted', async () => {
    const who = next()
    await limits.count(RULE, who)
    for (let times = 0; times < 4; times += 1) await limits.giveBack(RULE, who)
    await fill(who)
    expect(await refusal(RULE, who)).to.be.instanceOf(LimitReached)
  })

  it('forgets the failures when it is cleared, a lock too', async () => {
    const who = next()
    await fill(who)
    await refusal(RULE, who)
    await limits.clear(RULE, who)
    await fill(who)
  })

  it('does not open early when the clock moves on by half a minute, nor stay closed when it moves back', async () => {
    const who = next()
    moveClock(86_400 * SECOND)
    await fill(who)
    await refusal(RULE, who)
    moveClock(30 * SECOND)
    expect(await refusal(RULE, who)).to.be.instanceOf(LimitReached)
    // A clock that was a day ahead is put right: what it locked is open again after the time of one lock.
    moveClock(-86_430 * SECOND)
    expect((await refusal(RULE, who))?.retryAfter).to.be.within(599, 600)
    moveClock(601 * SECOND)
    expect(await refusal(RULE, who)).to.equal(undefined)
  })

  it('keeps a count when the clock moves back within the window', async () => {
    const who = next()
    await fill(who)
    moveClock(-30 * SECOND)
    expect(await refusal(RULE, who)).to.be.instanceOf(LimitReached)
  })

  it('survives hostile keys', async () => {
    for (const who of ['__proto__', 'constructor', '$ne', "'; DROP TABLE counters", '\u0000', 'x'.repeat(5000)]) {
      await fill(who)
      expect(await refusal(RULE, who), who.slice(0, 20)).to.be.instanceOf(LimitReached)
    }
  })
})
