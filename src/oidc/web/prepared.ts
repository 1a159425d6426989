// Discovery and the key set are the same for everyone until the keys change: made once by the provider, then answered
// from memory, also while the store is away.
import { createHash } from 'node:crypto'
import type { Context, Next } from 'koa'
import { routes } from '../rules.ts'

export const DISCOVERY = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']
const PATHS = new Set([...DISCOVERY, routes.jwks])

/** Shorter than the time for which the next key is published before it signs. Seconds. */
const MAX_AGE = 30

interface Prepared {
  body: Buffer
  etag: string
}

type Handle = (ctx: Context, next: Next) => Promise<void>

/** Puts prepared answers before one provider's own. */
export function prepare(handle: Handle): Handle {
  const answers = new Map<string, Prepared>()

  return (ctx, next) => (ctx.method === 'GET' && PATHS.has(ctx.path) ? answerFrom(ctx, next) : handle(ctx, next))

  async function answerFrom(ctx: Context, next: Next): Promise<void> {
    let answer = answers.get(ctx.path)
    if (!answer) {
      await handle(ctx, next)
      if (ctx.status !== 200) return
      const body = Buffer.from(JSON.stringify(ctx.body))
      answer = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
      answers.set(ctx.path, answer)
    }
    ctx.res.setHeader('Access-Control-Allow-Origin', '*')
    ctx.res.setHeader('Cache-Control', `public, max-age=${MAX_AGE}`)
    ctx.res.setHeader('ETag', answer.etag)
    ctx.type = 'application/json; charset=utf-8'
    if (ctx.get('if-none-match') === answer.etag) ctx.status = 304
    else ctx.body = answer.body
  }
}
