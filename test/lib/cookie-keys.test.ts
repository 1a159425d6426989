import { expect } from 'chai'
import { createCookieKeys } from '../../src/lib/web/cookie-keys.ts'

describe('cookie keys', () => {
  const [newest, older, other] = ['new', 'old', 'other'].map(secret => Buffer.from(secret))
  const keys = createCookieKeys([newest!, older!])

  it('believe what any of them has signed, and say which', () => {
    expect(keys.index('a=b', keys.sign('a=b'))).to.equal(0)
    expect(keys.index('a=b', createCookieKeys([older!]).sign('a=b'))).to.equal(1)
    expect(keys.verify('a=b', createCookieKeys([older!]).sign('a=b'))).to.equal(true)
  })

  it('believe no other signature, however long', () => {
    const signature = keys.sign('a=b')
    const forged = ['', signature.slice(1), `${signature}=`, `${signature} `, keys.sign('a=c'), 'ä'.repeat(43)]
    for (const one of [...forged, createCookieKeys([other!]).sign('a=b')]) {
      expect(keys.verify('a=b', one), one).to.equal(false)
    }
  })
})
