// The way of every request: which middleware it passes, and in which order.
import { join } from 'node:path'
import type { RequestListener } from 'node:http'
import type Router from '@koa/router'
import Koa, { type Middleware } from 'koa'
import compose from 'koa-compose'
import type { Config } from './lib/config/schema.ts'
import type { Log } from './lib/log.ts'
import type { Views } from './lib/views.ts'
import { assets } from './lib/web/files/assets.ts'
import { bundle } from './lib/web/files/bundle.ts'
import type { CookieKeys } from './lib/web/browser/cookie-keys.ts'
import { behindEdge } from './lib/web/edge/edge.ts'
import { faults } from './lib/web/faults.ts'
import { createGiveWay } from './lib/web/edge/give-way.ts'
import { securityHeaders } from './lib/web/edge/headers.ts'
import { health } from './lib/web/health.ts'
import { isOwnPage } from './lib/web/edge/own-pages.ts'
import { sameOrigin } from './lib/web/edge/same-origin.ts'
import { shutOut } from './lib/web/edge/shut-out.ts'
import { trace } from './lib/web/edge/trace.ts'
import { STRENGTH_WORKER } from './methods/password/meter.ts'
import { LIBRARY_FOR_BROWSERS } from './methods/passkey/browser.ts'
import { formPostPage } from './oidc/pages/form-post.ts'
import { quietLogout } from './oidc/pages/quiet-logout.ts'
import { settle } from './oidc/provider/under-way.ts'
import { isEndpoint, isInSession } from './oidc/web/endpoints.ts'
import { exactPaths } from './oidc/web/exact-paths.ts'
import { homePage } from './signin/home.ts'
import { relatedOrigins } from './signin/related-origins.ts'
import { WORK_FOR_BROWSERS } from './signin/steps/work.ts'
import { upstreamCallbacks } from './signin/upstream-callback.ts'
import { Unavailable } from './storage/port.ts'

interface Parts {
  config: Config
  log: Log
  views: Views
  /** The folder of the views: the assets lie in it. */
  viewsFolder: string
  cookieKeys: CookieKeys
  /** Watch each request, before anything else. */
  watches: Middleware[]
  /** Of our own pages. */
  routers: Router[]
  provider: Middleware
  /** Whether nothing is answered to this address. */
  shutsOut: (address: string) => boolean
  /** Rejects while no requests should be sent here. */
  ready: () => Promise<void>
}

export function createHandler(parts: Parts): RequestListener {
  const { config, log, views, viewsFolder, cookieKeys, watches, routers, provider, ready } = parts
  const koa = new Koa()
  koa.proxy = true
  koa.keys = cookieKeys
  koa.silent = true
  for (const watch of watches) koa.use(watch)
  koa.use(securityHeaders(config.issuer.startsWith('https:')))
  const around = compose<Koa.Context>([trace(log), faults(views, error => error instanceof Unavailable)])
  const shut = shutOut(parts.shutsOut)
  // On the way of what apps call, nothing of pages is looked for.
  const { first, pages } = createGiveWay()
  const endpoints = compose<Koa.Context>([first, around, shut, settle, provider])
  koa.use((ctx, next) => (isEndpoint(ctx.path) ? endpoints(ctx) : next()))
  koa.use(health(ready))
  koa.use(around)
  koa.use(shut)
  koa.use(assets(join(viewsFolder, 'assets'), { 'webauthn.js': LIBRARY_FOR_BROWSERS, ...WORK_FOR_BROWSERS }))
  koa.use(bundle(STRENGTH_WORKER.path, STRENGTH_WORKER.files))
  koa.use((ctx, next) => (isInSession(ctx) ? first(ctx, next) : pages(ctx, next)))
  koa.use(exactPaths)
  koa.use(homePage(views, config))
  koa.use(relatedOrigins(config))
  koa.use(upstreamCallbacks(config).routes() as Middleware)
  const ownPages = compose([sameOrigin(config.issuer), ...routers.map(router => router.routes())] as Middleware[])
  koa.use((ctx, next) => (isOwnPage(ctx.path) ? ownPages(ctx, next) : next()))
  koa.use(settle)
  koa.use(quietLogout)
  koa.use(formPostPage(views))
  koa.use(provider)

  return behindEdge(config, koa.callback())
}
