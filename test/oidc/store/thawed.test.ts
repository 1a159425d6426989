import { expect } from 'chai'
import { thawed } from '../../../src/oidc/store/thawed.ts'

describe('a thawed copy', () => {
  it('is equal, and can be changed without changing what it was made from', () => {
    const frozen = { openid: Object.freeze({ scope: 'openid', claims: Object.freeze(['email']) }), exp: 1, rar: null }
    const copy = thawed<unknown>(frozen) as { openid: { scope: string; claims: string[] } }
    expect(copy).to.deep.equal(frozen)
    copy.openid.scope = 'openid email'
    copy.openid.claims.push('name')
    expect(frozen.openid).to.deep.equal({ scope: 'openid', claims: ['email'] })
  })

  it('keeps a field of a hostile name as what it is', () => {
    const hostile = JSON.parse('{"__proto__":{"admin":[true]},"constructor":{"prototype":{}}}') as object
    const copy = thawed(hostile)
    expect(JSON.stringify(copy)).to.equal(JSON.stringify(hostile))
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype)
    expect((copy as { admin?: unknown }).admin).to.equal(undefined)
  })
})
