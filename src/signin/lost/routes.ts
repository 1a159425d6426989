import Router from '@koa/router'
import type { PageContext } from '../../lib/web/context.ts'
import { readBody } from '../../lib/web/form.ts'
import { arrive } from '../links/kept.ts'
import type { SignInServices } from '../services.ts'
import { staleness } from '../attempt/stale.ts'
import { RECOVERY_COOKIE } from './opened-link.ts'
import { showFinish, showStop, stop } from './stop.ts'

/** Seconds: a sign-in lies between the link of the last mail and what it is for. */
const LASTS = 3600

/** The pages of the links that an owner is mailed. */
export function recoveryLinkRoutes(services: SignInServices): Router {
  const router = new Router({ prefix: '/recover', sensitive: true, strict: true })
  const stale = staleness(services)
  type Handler = (ctx: PageContext) => Promise<void>
  const guarded = (handle: Handler) => (ctx: object) => stale(ctx as PageContext, handle)
  const open = (page: string) => guarded(arrive(services, () => page, { lasts: LASTS, name: RECOVERY_COOKIE }))

  router.get('/stop/:token', open('/recover/stop'))
  router.get('/stop', guarded(showStop(services)))
  router.post('/stop', readBody, guarded(stop(services)))
  router.get('/finish/:token', open('/recover/finish'))
  router.get('/finish', guarded(showFinish(services)))
  return router
}
