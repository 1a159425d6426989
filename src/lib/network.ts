import { BlockList, isIP } from 'node:net'

/** Says whether an address belongs to a proxy of ours. */
export type ProxyTrust = (address: string) => boolean

/** Trust in the proxies of these addresses and CIDR blocks; in none when the list is empty. */
export function createProxyTrust(cidrs: readonly string[]): ProxyTrust {
  const blocks = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    blocks.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return address => {
    const plain = normalizeAddress(address)
    return plain !== undefined && blocks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * The address of the client: the last one in X-Forwarded-For that no trusted proxy wrote down as its own peer.
 * Read from the right, since everything to the left of the first untrusted address may be made up by it.
 * Where an entry is no address, the proxy that passed it on is the last one known, and is the answer; `unknown` when
 * the connection is gone already.
 */
export function clientAddress(
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
  trust: ProxyTrust,
): string {
  let known = normalizeAddress(remoteAddress ?? '') ?? 'unknown'
  const hops = forwardedFor?.split(',').toReversed() ?? []
  for (const hop of hops) {
    if (!trust(known)) break
    const address = normalizeAddress(hop)
    if (address === undefined) break
    known = address
  }
  return known
}

/** Whether a host name or address (IPv6 in brackets) is this very machine's. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
}

/** The block that one household or host moves in freely, to count by: /24 of IPv4, /64 of IPv6. */
export function networkOf(address: string): string {
  const plain = normalizeAddress(address)
  if (plain === undefined) return 'unknown'
  if (isIP(plain) === 4) return `${plain.split('.').slice(0, 3).join('.')}.0/24`
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`
}

/** The block that one customer of a provider may be given: /24 of IPv4 (no more is known of it), /48 of IPv6. */
export function siteOf(address: string): string {
  const plain = normalizeAddress(address)
  return plain !== undefined && isIP(plain) === 6 ? `${groupsOf(plain).slice(0, 3).join(':')}::/48` : networkOf(address)
}

/** An address without port, brackets or zone, IPv4-mapped IPv6 as IPv4; undefined when it is no address. */
export function normalizeAddress(value: string): string | undefined {
  const trimmed = value.trim()
  const bare = /^\[(.+)\](?::\d{1,5})?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1] ?? trimmed
  const address = bare.replace(/%.*$/, '')
  const family = isIP(address)
  if (family === 0) return undefined
  if (family === 4) return address
  const groups = groupsOf(address)
  const mapped = groups.slice(0, 5).every(group => group === '0') && groups[5] === 'ffff'
  if (!mapped) return new URL(`http://[${address}]`).hostname.slice(1, -1)
  return groups
    .slice(6)
    .flatMap(group => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
    .join('.')
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes every spelling (embedded IPv4, upper case, long zeros) in the one short form.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}
