// Our outgoing calls: key sets of apps, back-channel logout. Where an address comes from outside, it must not lead us
// into a private network; so it is checked when the connection is made, after the name was resolved for the last time.
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { createProxyTrust, normalizeAddress } from './network.ts'

// Special-use addresses (RFC 6890 and its registries): none is a public server's.
const SPECIAL = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
  192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7
  fe80::/10 fec0::/10 ff00::/8
`
const special = new BlockList()
for (const cidr of SPECIAL.trim().split(/\s+/)) {
  const [address = '', bits] = cidr.split('/')
  special.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Whether an address, in its plain form, is one that no public server has. */
export function isSpecialAddress(plain: string): boolean {
  return special.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/** Seconds are for people: an app's server that does not answer within these milliseconds is down. */
const DEADLINE = 2500

/**
 * A fetch that reaches public addresses and the `allowed` networks (CIDRs) alone, follows no redirect unless told to,
 * and gives up after 2.5 s.
 */
export function createGuardedFetch(allowed: readonly string[]): typeof fetch {
  const isOpened = createProxyTrust(allowed)
  const mayReach = (address: string) => {
    const plain = normalizeAddress(address)
    return plain !== undefined && (isOpened(plain) || !isSpecialAddress(plain))
  }
  let made: Promise<typeof fetch> | undefined

  return async (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input)
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) && !mayReach(literal)) throw refused(literal)
    const guarded = await (made ??= withGuardedConnections(mayReach))
    return guarded(input, { redirect: 'error', signal: AbortSignal.timeout(DEADLINE), ...init })
  }
}

/** Loaded at the first call: most installations make none for a long time. */
async function withGuardedConnections(mayReach: (address: string) => boolean): Promise<typeof fetch> {
  const { Agent, fetch: plainFetch } = await import('undici')
  const dispatcher = new Agent({ connect: { lookup: guardedLookup(mayReach) } })
  return (input, init) => plainFetch(input as string, { ...(init as object), dispatcher })
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void

function guardedLookup(mayReach: (address: string) => boolean) {
  return (hostname: string, options: LookupOptions, done: LookupDone): void => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const bad = found?.find(({ address }) => !mayReach(address))
      if (error || bad) done(error ?? refused(bad!.address), [])
      else if (options.all) done(null, found)
      else done(null, found[0]!.address, found[0]!.family)
    })
  }
}

/** Nothing was called: where it leads is no place of the public's, nor one that is opened. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
}

function refused(address: string): PrivateAddress {
  return new PrivateAddress(
    `${address} is in a private network: add it to LATCHKEY_ALLOW_NETWORKS if it is meant to be reached`,
  )
}
