import type { Context } from 'koa'
import { routes } from '../oidc/rules.ts'
import { methods } from '../methods/list.ts'

/** Addresses that are their own templates. */
const FIXED = new Set([
  '/',
  '/healthz',
  '/readyz',
  '/favicon.ico',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  `${routes.end_session}/confirm`,
  `${routes.end_session}/success`,
  ...Object.values(routes),
])

/** The template of the route that answered, with the sign-in method by its name; `other` for an address that is no page. */
export function routeOf(ctx: Context): string {
  const matched: unknown = ctx._matchedRoute
  if (typeof matched === 'string') return withMethod(matched, (ctx.params as { method?: string } | undefined)?.method)
  if (FIXED.has(ctx.path)) return ctx.path
  if (ctx.oidc?.route === 'resume') return `${routes.authorization}/:uid`
  return ctx.path.startsWith('/assets/') && ctx.status < 400 ? '/assets/:file' : 'other'
}

/** How long a proof takes, and how often it fails, differs by method more than by anything else. */
function withMethod(template: string, method: string | undefined): string {
  return method !== undefined && methods.some(({ id }) => id === method)
    ? template.replace(':method', method)
    : template
}
