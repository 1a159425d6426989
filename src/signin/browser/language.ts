import Router from '@koa/router'
import { formOf, readBody } from '../../lib/web/form.ts'
import { takeLanguage } from '../../lib/web/browser/language.ts'
import { localPath } from '../../oidc/consoles/local-path.ts'
import type { SignInServices } from '../services.ts'

/** The switch at the foot of every page: keeps the choice in this browser, and leads back to the page. */
export function languageRoutes({ config }: Pick<SignInServices, 'config'>): Router {
  const router = new Router({ sensitive: true, strict: true })
  router.post('/language', readBody, ctx => {
    const form = formOf(ctx)
    takeLanguage(ctx, form)
    ctx.redirect(localPath(form.text('back'), config.issuer, '') ?? '/')
    ctx.status = 303
  })
  return router
}
