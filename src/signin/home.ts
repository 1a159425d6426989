import type { Middleware } from 'koa'
import type { Config } from '../lib/config/schema.ts'
import type { Views } from '../lib/views.ts'
import { languageOnPage } from '../lib/web/browser/language.ts'

/** The root page, for a stranger who opens the issuer's address. */
export function homePage(views: Views, { issuer }: Config): Middleware {
  return (ctx, next) => {
    if (ctx.path !== '/' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.type = 'html'
    ctx.body = views.render('home', {
      page: languageOnPage(ctx),
      issuer,
      discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    })
    return undefined
  }
}
