// An app that fishes for tokens by introspection (RFC 7662, section 4) is told to wait. Only what is answered with
// `active: false` is counted and, over the limit, refused: a real token is answered at any time, so that whoever floods an API
// with made-up ones shuts nobody out of it.
import type { Context, Middleware, Next } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Events } from '../../core/events/events.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { rules } from '../../core/limits/rules.ts'
import { routes } from '../rules.ts'
import { noteOutcome } from '../web/client-outcomes.ts'
import { createClientLimit, toWait } from './client-limit.ts'

export function limitDeadTokens(limits: Limits, events: Events): Middleware {
  const dead = createClientLimit(rules.introspected, limits, events)

  async function limited(ctx: Context, next: Next): Promise<void> {
    await next()
    const clientId = (ctx as Partial<KoaContextWithOIDC>).oidc?.client?.clientId
    if (clientId === undefined || (ctx.body as { active?: unknown } | undefined)?.active !== false) return
    const left = dead.closedFor(ctx as KoaContextWithOIDC, clientId)
    if (left === 0) return dead.seen(ctx as KoaContextWithOIDC, clientId)
    noteOutcome(ctx, 'temporarily_unavailable')
    ctx.status = 429
    ctx.set('Retry-After', toWait(left))
    ctx.body = {
      error: 'temporarily_unavailable',
      error_description: 'this app asked about too many tokens that are none; wait, and try again',
    }
  }

  return (ctx, next) => (ctx.path === routes.introspection ? limited(ctx, next) : next())
}
