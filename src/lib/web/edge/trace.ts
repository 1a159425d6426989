import type { Context, Middleware, Next } from 'koa'
import { newId } from '../../ids.ts'
import type { Log } from '../../log.ts'

interface Traced {
  traceId: string
  baseLog: Log
  log?: Log
}

/** Gives each request an id, which error pages show and log lines carry. */
export function trace(log: Log): Middleware {
  return (ctx, next) => {
    const state = ctx.state as Traced
    // Where requests are traced, it is the trace's.
    state.traceId ??= newId()
    state.baseLog = log
    ctx.res.setHeader('X-Request-Id', state.traceId)
    return log.isLevelEnabled('debug') ? logged(ctx, next) : next()
  }

  async function logged(ctx: Context, next: Next): Promise<void> {
    await next()
    // Never the address itself, which holds the secrets of links.
    const path: unknown = ctx._matchedRoute ?? ctx.oidc?.route
    const { traceId } = ctx.state as Traced
    log.debug({ traceId, method: ctx.method, path, status: ctx.status, address: ctx.ip }, 'request')
  }
}

/** The log whose lines carry the request's id; made when a request first has something to say. */
export function logOf(ctx: { state: object }): Log {
  const state = ctx.state as Traced
  return (state.log ??= state.baseLog.child({ traceId: state.traceId }))
}
