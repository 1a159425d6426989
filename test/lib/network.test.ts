import { expect } from 'chai'
import * as fc from 'fast-check'
import { clientAddress, createProxyTrust, networkOf, normalizeAddress } from '../../src/lib/network.ts'

describe('normalizeAddress', () => {
  for (const [written, address] of [
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1:4711 ', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['[2001:DB8::0001]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::', '::'],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['192.0.2.256', undefined],
    ['127.1', undefined],
    ['', undefined],
  ] as const) {
    it(`${JSON.stringify(written)} → ${address}`, () => expect(normalizeAddress(written)).to.equal(address))
  }
})

describe('clientAddress', () => {
  const trust = createProxyTrust(['10.0.0.0/8', 'fd00::/8', '192.0.2.7'])

  for (const [why, peer, header, client] of [
    ['without a header, the peer', '203.0.113.5', undefined, '203.0.113.5'],
    ['from an untrusted peer, the peer, whatever it says', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['from a proxy, whom it names', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['from a proxy on a mapped address', '::ffff:10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['the last untrusted one, not what a client put before it', '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['past a chain of proxies', 'fd00::1', '1.2.3.4, 198.51.100.1, 192.0.2.7, 10.9.9.9', '198.51.100.1'],
    ['only proxies: the first of them', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['with a port', '10.0.0.1', '[2001:db8::5]:443', '2001:db8::5'],
    ['garbage stops the walk at the last one known', '10.0.0.1', '198.51.100.1, <script>, 10.0.0.2', '10.0.0.2'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['a neighbour of a single trusted address is not trusted', '192.0.2.8', '198.51.100.1', '192.0.2.8'],
  ] as const) {
    it(why, () => expect(clientAddress(peer, header, trust)).to.equal(client))
  }

  it('of a connection that is gone is unknown', () => {
    expect(clientAddress(undefined, '198.51.100.1', trust)).to.equal('unknown')
  })

  it('trusts nobody by an empty list', () => {
    expect(clientAddress('10.0.0.1', '198.51.100.1', createProxyTrust([]))).to.equal('10.0.0.1')
  })

  it('survives any header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), header => {
        expect(clientAddress('10.0.0.1', header, trust))
          .to.be.a('string')
          .and.not.equal('')
      }),
    )
  })

  it('believes nothing to the left of an untrusted address', () => {
    fc.assert(
      fc.property(fc.string(), made => {
        expect(clientAddress('10.0.0.1', `${made},198.51.100.1`, trust)).to.equal('198.51.100.1')
      }),
    )
  })
})

describe('networkOf', () => {
  for (const [address, network] of [
    ['192.0.2.99', '192.0.2.0/24'],
    ['::ffff:192.0.2.99', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['junk', 'unknown'],
  ] as const) {
    it(`${address} → ${network}`, () => expect(networkOf(address)).to.equal(network))
  }

  it('puts every spelling of a block in one', () => {
    fc.assert(
      fc.property(fc.ipV6(), address => {
        const again = normalizeAddress(address)!
        expect(networkOf(again)).to.equal(networkOf(address.toUpperCase()))
      }),
    )
  })
})
