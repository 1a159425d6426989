import { expect } from 'chai'
import { CEREMONY_TIME, checkChallenge, newChallenge } from '../../../src/methods/passkey/challenge.ts'
import { moveClock, resetClock } from '../../support/clock.ts'

const config = { secrets: ['one secret that is long enough for this'] }
const purpose = { ceremony: 'get', within: 'an-attempt' } as const

describe('a passkey challenge', () => {
  afterEach(resetClock)

  it('counts for five minutes', () => {
    const challenge = newChallenge(config, purpose)
    moveClock(CEREMONY_TIME - 1000)
    checkChallenge(config, purpose, challenge)
    moveClock(1000)
    expect(() => checkChallenge(config, purpose, challenge)).to.throw('passkey.expired')
  })

  it('is a new one each time', () => {
    expect(newChallenge(config, purpose)).to.not.equal(newChallenge(config, purpose))
  })

  it('counts where it was given out, and for what', () => {
    const challenge = newChallenge(config, purpose)
    for (const other of [
      { ...purpose, within: 'another' },
      { ...purpose, ceremony: 'create' },
    ] as const)
      expect(() => checkChallenge(config, other, challenge)).to.throw('passkey.challenge')
  })

  it('is nothing that we never gave out', () => {
    const changed = (at: number) => {
      const bytes = Buffer.from(newChallenge(config, purpose), 'base64url')
      bytes[at]! ^= 1
      return bytes.toString('base64url')
    }
    for (const forged of ['', 'AAAA', 'A'.repeat(72), changed(0), changed(21), changed(22), changed(53), '🔑'])
      expect(() => checkChallenge(config, purpose, forged)).to.throw('passkey.challenge')
  })

  it('still counts when a new secret has come before the old one', () => {
    const challenge = newChallenge(config, purpose)
    const rotated = { secrets: ['a newer secret, long enough as well', ...config.secrets] }
    checkChallenge(rotated, purpose, challenge)
    expect(() => checkChallenge({ secrets: [rotated.secrets[0]!] }, purpose, challenge)).to.throw('passkey.challenge')
  })
})
