// What counts as another device or country than a session was proven in, as a table.
import { expect } from 'chai'
import { answerTo, jumpsBetween, SESSION_JUMP, type Place } from '../../../src/core/sessions/jumps.ts'
import { countryOf } from '../../../src/lib/country.ts'
import { shortUserAgent } from '../../../src/lib/web/browser/browser.ts'

const WINDOWS = 'Windows NT 10.0; Win64; x64'
const LINUX = 'X11; Linux x86_64'
const chrome = (system: string, version = 130, more = '') =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 ${more}Safari/537.36`
const firefox = (system: string, version = 140) =>
  `Mozilla/5.0 (${system}rv:${version}.0) Gecko/20100101 Firefox/${version}.0`
const safari = (system: string, more = '') =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 ${more}Safari/605.1.15`

const MAC = 'Macintosh; Intel Mac OS X 10_15_7'
const PIXEL = chrome('Linux; Android 10; K', 130, 'Mobile ')
const IPAD = safari('iPad; CPU OS 17_0 like Mac OS X', 'Mobile/15E148 ')

const browsers: [what: string, made: string, now: string, jumps: boolean][] = [
  ['the very same', chrome(WINDOWS), chrome(WINDOWS), false],
  ['a newer version', chrome(WINDOWS), chrome(WINDOWS, 131), false],
  ['an older version', firefox(`${LINUX}; `, 141), firefox(`${LINUX}; `), false],
  ['another build of the system', firefox('X11; Ubuntu; Linux x86_64; '), firefox(`${LINUX}; `), false],
  ['another browser on another system', chrome(WINDOWS), firefox(`${LINUX}; `), true],
  ['another browser on the same system', chrome(WINDOWS), firefox(`${WINDOWS}; `), true],
  ['one that is built of the same', chrome(WINDOWS), `${chrome(WINDOWS)} Edg/130.0.0.0`, true],
  ['the same browser on another system', chrome(WINDOWS), chrome(LINUX), true],
  ['a phone', chrome(WINDOWS), PIXEL, true],
  ['a phone that asks for the desktop site', PIXEL, chrome(LINUX), false],
  ['and no more', chrome(LINUX), PIXEL, false],
  ['a tablet that asks for the desktop site', IPAD, safari(MAC), false],
  ['a phone of another kind', PIXEL, IPAD, true],
  ['none', chrome(WINDOWS), '', true],
  ['one where there was none', '', chrome(WINDOWS), true],
  ['none where there was none', '', '', false],
  ['a program', chrome(WINDOWS), 'curl/8.5.0', true],
  ['no system, hidden for privacy', firefox(`${LINUX}; `), firefox(''), false],
  ['a system that was hidden', firefox(''), firefox(`${LINUX}; `), false],
  ['all but the least, hidden for privacy', firefox(`${LINUX}; `), 'Mozilla/5.0', true],
  ['the same, once it was shortened', shortUserAgent(chrome(WINDOWS)), chrome(WINDOWS, 131), false],
  ['another, once it was shortened', shortUserAgent(chrome(WINDOWS)), chrome(LINUX), true],
  ['what would break a page', chrome(WINDOWS), '<script>alert(1)</script> "; \u0000', true],
]

const addresses: [what: string, made: string, now: string, jumps: boolean][] = [
  ['another address in the same country', '193.0.6.139', '145.97.39.155', false],
  ['another country', '193.0.6.139', '8.8.8.8', true],
  ['another country, by IPv6', '2001:67c:2e8:22::c100:68b', '2001:4860:4860::8888', true],
  ['the same country, by IPv6', '193.0.6.139', '2001:67c:2e8:22::c100:68b', false],
  ['a private address', '193.0.6.139', '10.0.0.7', false],
  ['a public address after a private one', '192.168.1.7', '8.8.8.8', false],
  ['a private address of IPv6', '193.0.6.139', 'fd00::7', false],
  ['this machine', '193.0.6.139', '::1', false],
  ['an address that nobody has', '193.0.6.139', '2001:db8::7', false],
  ['no address', '193.0.6.139', 'unknown', false],
]

describe('a jump of a session', () => {
  for (const [what, made, now, jumps] of browsers)
    it(`${jumps ? 'is' : 'is not'} ${what}`, () => {
      expect(jumpsBetween({ userAgent: made }, { userAgent: now })).to.deep.equal(jumps ? ['browser'] : [])
    })

  const at = async (address: string): Promise<Place> => {
    const country = await countryOf(address)
    return { userAgent: chrome(WINDOWS), ...(country ? { country } : {}) }
  }
  for (const [what, made, now, jumps] of addresses)
    it(`${jumps ? 'is' : 'is not'} ${what}`, async () => {
      expect(jumpsBetween(await at(made), await at(now))).to.deep.equal(jumps ? ['country'] : [])
    })

  it('is answered as policy says, by the strictest of two', () => {
    for (const sessionNewDevice of SESSION_JUMP)
      for (const sessionNewCountry of SESSION_JUMP) {
        const policy = { sessionNewDevice, sessionNewCountry }
        const strictest = SESSION_JUMP.findLast(one => one === sessionNewDevice || one === sessionNewCountry)
        expect(answerTo([], policy)).to.equal('off')
        expect(answerTo(['browser'], policy)).to.equal(sessionNewDevice)
        expect(answerTo(['country'], policy)).to.equal(sessionNewCountry)
        expect(answerTo(['browser', 'country'], policy)).to.equal(strictest)
      }
  })
})
