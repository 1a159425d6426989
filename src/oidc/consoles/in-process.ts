// Calls of ours to our own issuer: answered by this very process, whatever address the issuer has outside, so that no
// proxy, name or certificate has to lead back to us.
import type { RequestListener } from 'node:http'
import { Unavailable } from '../../storage/port.ts'

const WITHOUT_BODY = new Set([204, 205, 304])

/** A fetch for the issuer's own addresses. `handler` is asked at the first call: it is made after what calls it. */
export function createInProcessFetch(
  handler: () => RequestListener,
  userAgent: string,
): (url: string, init: InProcessInit) => Promise<Response> {
  return async (url, { method, headers, body }) => {
    const { inject } = await import('light-my-request')
    const { pathname, search } = new URL(url)
    const answer = await inject(handler(), {
      method: method as 'GET' | 'POST',
      url: pathname + search,
      headers: { ...headers, 'user-agent': userAgent },
      ...(body ? { payload: String(body) } : {}),
    })
    if (answer.statusCode === 503) throw new Unavailable('a call to ourselves was answered 503')
    const answered = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, String(one)]),
    )
    const empty = WITHOUT_BODY.has(answer.statusCode)
    return new Response(empty ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers: answered,
    })
  }
}

export interface InProcessInit {
  method: string
  headers: Record<string, string>
  body?: unknown
}
