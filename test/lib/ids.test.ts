import { expect } from 'chai'
import { newId, newSecret, sha256, timeId } from '../../src/lib/ids.ts'

describe('ids', () => {
  it('are of their length, in letters that need no escaping, and never twice', () => {
    for (const [make, length] of [
      [newId, 22],
      [newSecret, 43],
      [timeId, 28],
    ] as const) {
      const made = Array.from({ length: 1000 }, () => make())
      expect(new Set(made)).to.have.length(1000)
      for (const id of made) expect(id).to.match(new RegExp(`^[\\w-]{${length}}$`))
    }
  })

  it('hash to SHA-256 (FIPS 180-4, the example of “abc”)', () => {
    expect(Buffer.from(sha256('abc'), 'base64url').toString('hex')).to.equal(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })

  it('sort by their making within one millisecond too', () => {
    const { now } = Date
    const at = now()
    Date.now = () => at
    try {
      const made = Array.from({ length: 1000 }, timeId)
      expect(made.toSorted()).to.deep.equal(made)
    } finally {
      Date.now = now
    }
  })

  it('sort by their time as bytes', () => {
    const now = Date.now
    try {
      const times = [0, 9, 10, 1_700_000_000_000, 1_700_000_000_001, 9_999_999_999_999]
      const made = times.map(time => {
        Date.now = () => time
        return timeId()
      })
      expect(made.toSorted()).to.deep.equal(made)
    } finally {
      Date.now = now
    }
  })
})
