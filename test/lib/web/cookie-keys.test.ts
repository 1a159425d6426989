import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { createCookieKeys } from '../../../src/lib/web/browser/cookie-keys.ts'

describe('cookie keys', () => {
  const [newest, older, other] = [randomBytes(32), randomBytes(32), randomBytes(32)]
  const keys = createCookieKeys([newest, older])

  it('know what they have signed, and which key it was', () => {
    const signature = keys.sign('name=value')
    expect(keys.verify('name=value', signature)).to.equal(true)
    expect(keys.index('name=value', signature)).to.equal(0)
    // Then the cookie is signed anew, by the newest.
    expect(keys.index('name=value', createCookieKeys([older]).sign('name=value'))).to.equal(1)
  })

  it('refuse another value, another key, and what is no signature', () => {
    const signature = keys.sign('name=value')
    const foreign = createCookieKeys([other]).sign('name=value')
    expect(keys.verify('name=other', signature)).to.equal(false)
    for (const wrong of [foreign, '', signature.slice(1), `${signature}A`, 'é'.repeat(signature.length)])
      expect(keys.verify('name=value', wrong), wrong).to.equal(false)
  })

  it('sign in characters that a cookie may hold', () => {
    for (let at = 0; at < 100; at += 1) expect(keys.sign(String(at))).to.match(/^[\w-]{43}$/)
  })
})
