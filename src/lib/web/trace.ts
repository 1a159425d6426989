import type { Middleware } from 'koa'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'

/** Gives each request an id, which error pages show and log lines carry. */
export function trace(log: Log): Middleware {
  return async (ctx, next) => {
    const traceId = newId()
    ctx.state.traceId = traceId
    ctx.state.log = log.child({ traceId })
    ctx.set('X-Request-Id', traceId)
    await next()
    log.debug(
      { traceId, method: ctx.method, route: ctx._matchedRoute ?? ctx.oidc?.route, status: ctx.status },
      'request',
    )
  }
}

export function logOf(ctx: { state: object }): Log {
  return (ctx.state as { log: Log }).log
}
