// Our outgoing calls. The library guards them against private networks by a dispatcher of its own; where the
// configuration opens some networks, calls to addresses in them go without it.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { createProxyTrust } from './network.ts'

/** A fetch that passes the caller's dispatcher on, except to hosts whose every address lies in `allowed` (CIDRs). */
export function createGuardedFetch(allowed: readonly string[]): typeof fetch {
  const trusts = createProxyTrust(allowed)

  async function isAllowed(hostname: string): Promise<boolean> {
    const host = hostname.replace(/^\[|\]$/g, '')
    if (isIP(host)) return trusts(host)
    const found = await lookup(host, { all: true }).catch(() => [])
    return found.length > 0 && found.every(({ address }) => trusts(address))
  }

  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (allowed.length === 0 || !init || !('dispatcher' in init) || !(await isAllowed(url.hostname)))
      return fetch(input, init)
    const { dispatcher: _guard, ...rest } = init as RequestInit & { dispatcher: unknown }
    return fetch(input, rest)
  }
}
