import { expect } from 'chai'
import { newSecret, sha256 } from '../../../src/lib/ids.ts'
import { recordIdOf, timedToken } from '../../../src/oidc/store/token-ids.ts'
import { moveClock, resetClock } from '../../support/clock.ts'

describe('ids of tokens', () => {
  afterEach(resetClock)

  it('sort by the time at which the token was made', () => {
    const first = recordIdOf(`lka_${timedToken(newSecret())}`)
    moveClock(1)
    const second = recordIdOf(`lka_${timedToken(newSecret())}`)
    expect(first < second).to.equal(true)
  })

  it('hold a hash of the whole value, and nothing of its secret', () => {
    const secret = newSecret()
    for (const value of [timedToken(secret), `lkr_${timedToken(secret)}`]) {
      expect(recordIdOf(value)).to.match(/^[0-9a-f]{12}:/)
      expect(recordIdOf(value).slice(13)).to.equal(sha256(value))
    }
  })

  it('are a hash alone for what has no time in it, such as tokens of older versions', () => {
    const timed = timedToken(newSecret())
    for (const value of [
      '',
      newSecret(),
      `lka_${newSecret()}`,
      `x${timed}`,
      `${timed}x`,
      timed.toUpperCase(),
      `_${timed}`,
    ]) {
      expect(recordIdOf(value), value).to.equal(sha256(value))
    }
  })
})
