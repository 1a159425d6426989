import { expect } from 'chai'
import { assert, property, string } from 'fast-check'
import { afterPrefix } from '../../src/storage/queries/plan.ts'

const text = string({ unit: 'binary', maxLength: 6 })

describe('the end of a prefix', () => {
  it('stands behind all that begins with it, and before all that sorts later', () => {
    assert(
      property(text, text, (prefix, other) => {
        const end = afterPrefix(prefix)
        const inside = !isBefore(other, prefix) && (end === undefined || isBefore(other, end))
        expect(inside).to.equal(other.startsWith(prefix))
        expect(end === undefined || isBefore(prefix + other, end)).to.equal(true)
      }),
    )
  })

  it('is nowhere for the empty prefix and for the last code point', () => {
    expect(afterPrefix('')).to.equal(undefined)
    expect(afterPrefix('\u{10ffff}\u{10ffff}')).to.equal(undefined)
    expect(afterPrefix('a\u{10ffff}')).to.equal('b')
  })

  it('leaves out the surrogates', () => {
    expect(afterPrefix('\ud7ff')).to.equal('\ue000')
    expect(afterPrefix('\uffff')).to.equal('\u{10000}')
  })
})

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
}
