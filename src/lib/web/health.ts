import type { Middleware } from 'koa'

/** /healthz: the process runs. /readyz: it can serve, so `ready` is asked; 503 tells a load balancer to look elsewhere. */
export function health(ready: () => Promise<void>): Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/healthz') {
      ctx.body = { status: 'ok' }
    } else if (ctx.path === '/readyz') {
      const problem = await ready().then(
        () => undefined,
        (error: unknown) => error,
      )
      ctx.status = problem ? 503 : 200
      ctx.body = { status: problem ? 'unavailable' : 'ok' }
    } else {
      return next()
    }
    ctx.set('Cache-Control', 'no-store')
  }
}
