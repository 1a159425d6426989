import { expect } from 'chai'
import { browserOf, shortUserAgent } from '../../../src/lib/web/browser/browser.ts'
import { describeBrowser } from '../../../src/lib/web/browser/describe-browser.ts'

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const browsers: [string, string][] = [
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/138.0.0.0 Safari/537.36`, 'Chrome on Windows'],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0`,
    'Microsoft Edge on Windows',
  ],
  [`Mozilla/5.0 (Linux; Android 14; K) ${WEBKIT} Chrome/138.0.0.0 Mobile Safari/537.36 OPR/76`, 'Opera on Android'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
    'Safari on iOS',
  ],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${WEBKIT} Chrome/138.0.0.0 Safari/537.36`, 'Chrome on Chrome OS'],
  ['curl/8.5.0', 'a browser on an unknown system'],
  ['', 'a browser on an unknown system'],
  ['constructor', 'a browser on an unknown system'],
]

describe('what a browser says it is', () => {
  for (const [userAgent, words] of browsers) {
    it(`is read as ${words}${userAgent ? '' : ', when it says nothing'}`, () => {
      expect(describeBrowser(userAgent)).to.equal(words)
    })
  }

  it('is the same for a newer version', () => {
    const at = (version: number) => browserOf(`Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/${version}.0`)
    expect(at(141)).to.deep.equal(at(140))
  })

  it('reads the same when it is shortened, once or again, and holds no version then', () => {
    for (const [userAgent, words] of browsers) {
      const short = shortUserAgent(userAgent)
      expect(describeBrowser(short)).to.equal(words)
      expect(shortUserAgent(short)).to.equal(short)
      expect(short).to.not.match(/\d/)
    }
  })

  it('is read no further than a browser could mean', () => {
    expect(browserOf(`${'x'.repeat(300)} Firefox/140.0`)).to.deep.equal({})
  })
})
