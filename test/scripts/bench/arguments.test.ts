import { expect } from 'chai'
import { readArguments } from '../../../scripts/bench/arguments.ts'

describe('benchmark: arguments', () => {
  it('measures everything unless told otherwise', () => {
    const { cases, connections, sizes, sections } = readArguments([])
    expect(connections).to.deep.equal([1, 8, 32, 128])
    expect(sizes).to.deep.equal([1000, 100_000, 1_000_000])
    expect(cases.length).to.be.greaterThan(8)
    expect(sections.map(({ name }) => name)).to.include.members(['throughput', 'growth', 'soak'])
  })

  it('takes names in the order of the tables', () => {
    const { cases } = readArguments(['--only', 'refresh,introspection'])
    expect(cases.map(({ name }) => name)).to.deep.equal(['introspection', 'refresh'])
  })

  it('lets what is named win over --quick', () => {
    const quick = readArguments(['--quick', '--seconds', '3', '--sections', 'soak'])
    expect(quick.seconds).to.equal(3)
    expect(quick.connections).to.deep.equal([32])
    expect(quick.sections.map(({ name }) => name)).to.deep.equal(['soak'])
  })

  it('says what it expected', () => {
    expect(() => readArguments(['--only', 'refrehs'])).to.throw(/^--only: expected some of .*refresh.*; got refrehs$/)
    expect(() => readArguments(['--connections', '0'])).to.throw('--connections: expected a number from 1 to 1000')
    expect(() => readArguments(['--rounds', '1.5'])).to.throw('--rounds: expected a whole number, got 1.5')
  })
})
