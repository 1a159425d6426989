import type { Tracing } from './tracing.ts'

/** What a request waits for outside of this program, each in a span. */
export function traceFetch(fetchIt: typeof fetch, tracing: Tracing): typeof fetch {
  return (input, init) => {
    const { origin, hostname } = new URL(input instanceof Request ? input.url : input)
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    // Neither user, path nor query: of a webhook each may be its secret. No traceparent is sent on: whose server it is, is for the app to say.
    const facts = { 'http.request.method': method, 'server.address': hostname, 'url.full': origin }
    return tracing.step(method, facts, () => fetchIt(input, init))
  }
}
