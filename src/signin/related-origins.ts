import type { Middleware } from 'koa'
import type { Config } from '../lib/config/schema.ts'

/** `/.well-known/webauthn`: which other sites may use our passkeys (WebAuthn Level 3, section 5.11). */
export function relatedOrigins({ relatedOrigins: origins }: Pick<Config, 'relatedOrigins'>): Middleware {
  return (ctx, next) => {
    const asked = ctx.path === '/.well-known/webauthn' && (ctx.method === 'GET' || ctx.method === 'HEAD')
    if (!asked || origins.length === 0) return next()
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.body = { origins }
    return undefined
  }
}
