// The least of a sign-in page: one form with an address and a password.
import type Provider from 'oidc-provider'
import type { Middleware } from 'koa'
import { text } from 'node:stream/consumers'
import type { People } from './map-people.ts'

const FORM = `<!doctype html><title>Sign in</title>
<form method="post"><input name="identifier"><input name="password" type="password"><button>Sign in</button></form>`

export function signInPages(provider: Provider, people: People): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next()
    if (ctx.method === 'GET') {
      ctx.type = 'html'
      ctx.body = FORM
      return
    }
    const fields = new URLSearchParams(await text(ctx.req))
    const accountId = await people.check(fields.get('identifier') ?? '', fields.get('password') ?? '')
    if (!accountId) return ctx.throw(401)
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login: { accountId } }))
  }
}
