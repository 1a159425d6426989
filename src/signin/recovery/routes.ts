import Router from '@koa/router'
import type { PageContext } from '../../lib/web/context.ts'
import { readBody } from '../../lib/web/form.ts'
import { arrive } from '../links/kept.ts'
import type { SignInServices } from '../services.ts'
import { staleness } from '../attempt/stale.ts'
import { showReset, takeReset } from './reset.ts'

/** The pages of the mailed link: they work in any browser, also once the sign-in is over that it was asked for in. */
export function resetRoutes(services: SignInServices): Router {
  const router = new Router({ prefix: '/signin/:uid/reset', sensitive: true })
  const stale = staleness(services)
  type Handler = (ctx: PageContext) => Promise<void>
  const guarded = (handle: Handler) => (ctx: object) => stale(ctx as PageContext, handle)
  const open = arrive(services, ctx => `/signin/${ctx.params.uid}/reset`, { lasts: services.config.passwordResetTtl })

  router.get('/:token', guarded(open))
  router.get('/', guarded(showReset(services)))
  router.post('/', readBody, guarded(takeReset(services)))
  return router
}
