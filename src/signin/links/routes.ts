import Router from '@koa/router'
import type { PageContext } from '../../lib/web/context.ts'
import { readBody } from '../../lib/web/form.ts'
import { showReset, takeReset } from '../recovery/reset.ts'
import type { SignInServices } from '../services.ts'
import { staleness } from '../attempt/stale.ts'
import { confirmAsked, showAsked } from './asked.ts'
import { arrive } from './kept.ts'
import { showMade, useMade } from './made.ts'
import { pathOfLink } from './pages.ts'
import { showVerify, useVerify } from './verify-made.ts'

/** The pages of links: of those that were asked for in a sign-in, and of those that were made for somebody. */
export function linkRoutes(services: SignInServices): Router {
  const router = new Router({ sensitive: true })
  type Handler = (ctx: PageContext) => Promise<void>
  const stale = staleness(services)
  const get = (path: string, handle: Handler) => router.get(path, ctx => stale(ctx as PageContext, handle))
  const post = (path: string, handle: Handler) => router.post(path, readBody, ctx => stale(ctx as PageContext, handle))

  get(
    '/signin/:uid/link/:token',
    arrive(services, ctx => `/signin/${ctx.params.uid}/link`),
  )
  get('/signin/:uid/link', showAsked(services))
  post('/signin/:uid/link', confirmAsked(services))
  get('/magic', showMade(services))
  post('/magic', useMade(services))
  get('/magic/verify', showVerify(services))
  post('/magic/verify', useVerify(services))
  get('/magic/reset', showReset(services))
  post('/magic/reset', takeReset(services))
  get(
    '/magic/:token',
    arrive(services, async (_ctx, token) => pathOfLink(await services.links.find(token))),
  )
  return router
}
