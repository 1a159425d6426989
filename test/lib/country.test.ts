import { expect } from 'chai'
import { countryOf } from '../../src/lib/country.ts'

describe('the country of an address', () => {
  for (const [address, country] of [
    ['193.0.6.139', 'NL'],
    ['8.8.8.8', 'US'],
    ['::ffff:8.8.8.8', 'US'],
    ['2001:67c:2e8:22::c100:68b', 'NL'],
    ['192.168.1.7', undefined],
    ['127.0.0.1', undefined],
    ['fd00::1', undefined],
    ['203.0.113.7', undefined],
    ['unknown', undefined],
    ['', undefined],
  ] as const) {
    it(`of ${address || 'none'} is ${country ?? 'not known'}`, async () => {
      expect(await countryOf(address)).to.equal(country)
    })
  }
})
