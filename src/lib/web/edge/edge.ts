// What reaches us from a proxy or a client is brought to one truth before anything reads it: our own address is the
// configured issuer, whatever the Host header says, and the client's address is believed only from trusted proxies.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Config } from '../../config/schema.ts'
import { clientAddress, createProxyTrust } from '../../network.ts'

const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
]

/** What an HTTP server calls: each request comes over the edge before anything sees it. */
export function behindEdge(
  config: Config,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): RequestListener {
  const edge = createEdge(config)
  return (request, response) => {
    edge(request)
    void handle(request, response)
  }
}

function createEdge(config: Config): (request: IncomingMessage) => void {
  const { protocol, host } = new URL(config.issuer)
  const trust = createProxyTrust(config.trustedProxies ?? [])

  return request => {
    const { headers } = request
    const forwardedFor = headers['x-forwarded-for']
    // Who may choose trace ids could join others' traces, and have us send as many as they like.
    if (headers.traceparent && !trust(request.socket.remoteAddress ?? '')) delete headers.traceparent
    const address = clientAddress(request.socket.remoteAddress, forwardedFor?.toString(), trust)
    for (const name of FORWARDED) delete headers[name]
    headers['x-forwarded-for'] = address
    headers['x-forwarded-proto'] = protocol.slice(0, -1)
    headers.host = host
    if (headers.cookie) headers.cookie = withoutDoubles(headers.cookie)
  }
}

/**
 * A browser sends one cookie of a name of ours, so of two one was planted, by a sibling host or for a longer path, and is
 * sent first when its path is longer. Neither is believed: no session is better than somebody else's.
 */
function withoutDoubles(cookies: string): string {
  const pairs = cookies.split(';')
  const nameOf = (pair: string) => pair.split('=', 1)[0]!.trim()
  const names = pairs.map(nameOf)
  return pairs.filter(pair => names.indexOf(nameOf(pair)) === names.lastIndexOf(nameOf(pair))).join(';')
}
