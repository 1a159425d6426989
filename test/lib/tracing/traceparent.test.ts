import { expect } from 'chai'
import { parseTraceparent } from '../../../src/lib/tracing/traceparent.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('traceparent (W3C Trace Context)', () => {
  it('names the caller’s span, and whether it is recorded', () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).to.deep.equal({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
      isRemote: true,
    })
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)).to.include({ traceFlags: 0 })
  })

  it('of a later version may say more at its end', () => {
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`)).to.include({ traceId: TRACE })
  })

  for (const [what, header] of Object.entries({
    'is empty': '',
    'has a trace id of zeros': `00-${'0'.repeat(32)}-${SPAN}-01`,
    'has a span id of zeros': `00-${TRACE}-${'0'.repeat(16)}-01`,
    'is in capitals': `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    'is of the version that is none': `ff-${TRACE}-${SPAN}-01`,
    'is too short': `00-${TRACE}-${SPAN}`,
    'is of version 00 and says more': `00-${TRACE}-${SPAN}-01-more`,
  }))
    it(`counts for nothing when it ${what}`, () => {
      expect(parseTraceparent(header)).to.equal(undefined)
    })
})
