// Writes that a request has begun and need not wait for one by one: they share a commit, and the answer waits for all.
import Provider from 'oidc-provider'
import type { Context, Middleware } from 'koa'
import { RETRY_AFTER } from '../../lib/web/faults.ts'
import { Unavailable } from '../../storage/port.ts'

const underWay = new WeakMap<object, Promise<unknown>[]>()

/** The answer to the request waits for `write`, and is a refusal when it fails. */
export function keep(ctx: Pick<Context, 'req'>, write: Promise<unknown>): void {
  // Whoever awaits it comes later, and until then a failed one would end the process.
  write.catch(() => undefined)
  const writes = underWay.get(ctx.req)
  if (writes) writes.push(write)
  else underWay.set(ctx.req, [write])
}

/** As `keep` within a request; without one, waits here. Only for what nobody reads before the answer is out. */
export function keepForAnswer(write: Promise<unknown>): Promise<void> {
  const { ctx } = Provider
  if (!ctx) return write.then(() => undefined)
  keep(ctx, write)
  return Promise.resolve()
}

/** Waits for what the request has begun to write: nobody is told of what may not be there. */
export const settle: Middleware = async (ctx, next) => {
  await next()
  const writes = underWay.get(ctx.req)
  if (!writes) return
  try {
    await Promise.all(writes)
  } catch (error) {
    if (!(error instanceof Unavailable) || typeof ctx.body !== 'object') throw error
    answerUnavailable(ctx)
  }
}

/** What an endpoint says while the store is away (RFC 6749, section 4.1.2.1 has the word). */
export function answerUnavailable(ctx: Context): void {
  ctx.status = 503
  ctx.set('Retry-After', String(RETRY_AFTER))
  if (typeof ctx.body === 'object') {
    ctx.body = {
      error: 'temporarily_unavailable',
      error_description: 'the store cannot be reached; try again in a moment',
    }
  }
}
