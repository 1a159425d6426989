import type { Context, Middleware } from 'koa'
import type { Tracing } from './tracing.ts'

/** Puts each request into a span named by its route. The trace's id is the request's own, on error pages and in the log. */
export function traceRequests(tracing: Tracing, routeOf: (ctx: Context) => string): Middleware {
  return (ctx, next) =>
    // The edge lets it through from trusted proxies alone.
    tracing.request(ctx.req.headers.traceparent as string | undefined, async (traceId, describe) => {
      ;(ctx.state as { traceId?: string }).traceId = traceId
      await next()
      const route = routeOf(ctx)
      const facts = {
        'http.request.method': ctx.method,
        'http.route': route,
        'http.response.status_code': ctx.status,
        'latchkey.client_id': ctx.oidc?.client?.clientId as string | undefined,
      }
      describe(`${ctx.method} ${route}`, facts, ctx.status >= 500)
    })
}
