import type { Context, Middleware } from 'koa'
import type { Metrics } from './metrics.ts'

export interface RequestOptions {
  /** The template of the request's route, never its path: what a stranger can type would make series without end. */
  routeOf(ctx: Context): string
  /** What else is counted once the request is answered. */
  answered(ctx: Context): void
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Times each request until its answer is ready. It stands before everything else. */
export function measureRequests(metrics: Metrics, { routeOf, answered }: RequestOptions): Middleware {
  const durations = metrics.histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'Time until the answer to a request was ready, by route, method and status.',
    labels: ['route', 'method', 'status'],
  })
  let inFlight = 0
  metrics.reading({ name: 'latchkey_http_requests_in_flight', help: 'Requests that are being answered.' }, () => [
    { labels: {}, value: inFlight },
  ])

  return async (ctx, next) => {
    const begun = performance.now()
    inFlight++
    try {
      await next()
    } finally {
      inFlight--
      const method = METHODS.has(ctx.method) ? ctx.method : 'other'
      const seconds = (performance.now() - begun) / 1000
      durations.with(routeOf(ctx), method, String(ctx.status)).observe(seconds)
      answered(ctx)
    }
  }
}
