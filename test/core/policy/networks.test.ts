import { expect } from 'chai'
import { inBothNetworks, inEitherNetworks, mayComeFrom } from '../../../src/core/policy/networks.ts'

const anywhere = { allowedNetworks: 'all' as const, deniedNetworks: [] }

describe('networks of a policy', () => {
  it('are the smaller of each two that lie within each other', () => {
    expect(inBothNetworks(['10.0.0.0/8'], ['10.2.0.0/16', '172.16.0.0/12'])).to.deep.equal(['10.2.0.0/16'])
    expect(inBothNetworks(['192.0.2.7'], ['192.0.2.0/24'])).to.deep.equal(['192.0.2.7'])
    expect(inBothNetworks(['2001:db8::/32'], ['2001:db8:1::/48', '::/0'])).to.deep.equal([
      '2001:db8::/32',
      '2001:db8:1::/48',
    ])
  })

  it('are none where the lists have nothing in common, and then nobody comes in', () => {
    const none = inBothNetworks(['10.0.0.0/8'], ['192.0.2.0/24'])
    expect(none).to.deep.equal([])
    expect(mayComeFrom({ ...anywhere, allowedNetworks: none }, '10.0.0.1')).to.equal(false)
  })

  it('are the very list that says no more than the other', () => {
    const both = ['10.1.0.0/16']
    expect(inBothNetworks(['10.0.0.0/8'], both)).to.equal(both)
    expect(inBothNetworks('all', both)).to.equal(both)
    expect(inEitherNetworks(both, ['10.1.0.0/16'])).to.equal(both)
  })

  for (const [address, allowed] of [
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['10.9.0.1', false],
    ['192.0.2.1', false],
    ['2001:db8::1', false],
    ['unknown', false],
  ] as const)
    it(`let ${address} ${allowed ? 'in' : 'out'}`, () => {
      const policy = { allowedNetworks: ['10.0.0.0/8'], deniedNetworks: ['10.9.0.0/16'] }
      expect(mayComeFrom(policy, address)).to.equal(allowed)
    })

  it('let everybody in where nothing is said, also whose address is not known', () => {
    for (const address of ['10.1.2.3', '2001:db8::1', 'unknown']) expect(mayComeFrom(anywhere, address)).to.equal(true)
  })
})
