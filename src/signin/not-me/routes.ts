import Router from '@koa/router'
import type { PageContext } from '../../lib/web/context.ts'
import { readBody } from '../../lib/web/form.ts'
import { arrive } from '../links/kept.ts'
import type { SignInServices } from '../services.ts'
import { staleness } from '../attempt/stale.ts'
import { askNotMe, takeNotMe } from './not-me.ts'

/** The pages of the link in a notice. */
export function notMeRoutes(services: SignInServices): Router {
  const router = new Router({ prefix: '/not-me', sensitive: true })
  const stale = staleness(services)
  type Handler = (ctx: PageContext) => Promise<void>
  const guarded = (handle: Handler) => (ctx: object) => stale(ctx as PageContext, handle)

  router.get('/:token', guarded(arrive(services, () => '/not-me')))
  router.get('/', guarded(askNotMe(services)))
  router.post('/', readBody, guarded(takeNotMe(services)))
  return router
}
