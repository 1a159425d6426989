import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect } from 'chai'
import Koa from 'koa'
import { createCookieKeys, type CookieKeys } from '../../src/lib/web/cookie-keys.ts'

describe('cookie keys', () => {
  const keys = createCookieKeys(['new', 'old'])

  it('sign as the library does with the same keys', () => {
    const signed = keys.sign('latchkey_session=abc')
    expect(setCookies(['new', 'old'])).to.include(`latchkey_session.sig=${signed}; path=/; httponly`)
    expect(setCookies(keys)).to.deep.equal(setCookies(['new', 'old']))
  })

  it('believe what any of them has signed, and say which', () => {
    expect(keys.index('a=b', keys.sign('a=b'))).to.equal(0)
    expect(keys.index('a=b', createCookieKeys(['old']).sign('a=b'))).to.equal(1)
    expect(keys.verify('a=b', createCookieKeys(['old']).sign('a=b'))).to.equal(true)
  })

  it('believe no other signature, however long', () => {
    const signature = keys.sign('a=b')
    const forged = ['', signature.slice(1), `${signature}=`, `${signature} `, keys.sign('a=c'), 'ä'.repeat(27)]
    for (const one of [...forged, createCookieKeys(['other']).sign('a=b')]) {
      expect(keys.verify('a=b', one), one).to.equal(false)
    }
  })

  it('are at least one', () => {
    expect(() => createCookieKeys([])).to.throw(TypeError)
  })
})

/** What the library writes for a signed cookie. */
function setCookies(keys: string[] | CookieKeys): string[] {
  const koa = new Koa()
  koa.keys = keys as string[]
  const request = new IncomingMessage(new Socket())
  const context = koa.createContext(request, new ServerResponse(request))
  context.cookies.set('latchkey_session', 'abc', { signed: true })
  return context.res.getHeader('Set-Cookie') as string[]
}
