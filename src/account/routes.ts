// The console in which people look after their own account.
import Router from '@koa/router'
import type { PageContext } from '../lib/web/context.ts'
import { ACCOUNT_CONSOLE } from '../oidc/consoles/console-clients.ts'
import { callback } from './callback.ts'
import { page } from './page.ts'
import { showSecurity } from './security/security.ts'
import type { AccountServices } from './services.ts'

export function accountRoutes(services: AccountServices): Router {
  const router = new Router({ sensitive: true, strict: true })
  const { path } = ACCOUNT_CONSOLE
  type Handler = (ctx: PageContext) => Promise<void>
  const get = (at: string, handle: Handler) => router.get(at, ctx => handle(ctx as PageContext))

  // The bare address of registration: an attempt of this console's, for whoever comes from no app.
  get('/signup', ctx => services.console.begin(ctx, { returnTo: path, prompt: 'create' }))
  get(`${path}/callback`, callback(services))
  get(path, async ctx => {
    ctx.redirect(`${path}/security`)
    ctx.status = 303
  })
  get(`${path}/security`, page(services, showSecurity))
  return router
}
