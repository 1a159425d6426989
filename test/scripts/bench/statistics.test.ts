import { expect } from 'chai'
import { median, percentile, spread } from '../../../scripts/bench/load/statistics.ts'

describe('benchmark: statistics', () => {
  it('takes the nearest rank for a percentile', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => at + 1)
    expect([0.5, 0.95, 0.99, 1].map(share => percentile(hundred, share))).to.deep.equal([50, 95, 99, 100])
    expect(percentile([7], 0.01)).to.equal(7)
    expect(percentile([], 0.5)).to.be.NaN
  })

  it('takes the middle one, or the mean of the middle two, for the median', () => {
    expect(median([9, 1, 5])).to.equal(5)
    expect(median([4, 1, 3, 2])).to.equal(2.5)
    expect(median([])).to.be.NaN
  })

  it('tells how far rounds lie apart as a share of their median', () => {
    expect(spread([90, 100, 110])).to.equal(0.2)
    expect(spread([100])).to.equal(0)
  })
})
