import type { Context, Middleware } from 'koa'
import { Refused } from '../../lib/errors.ts'
import { formOf, readBody } from '../../lib/web/form.ts'
import { routes } from '../rules.ts'

const POSTABLE = new Set([routes.authorization, routes.end_session])

/** The longest query that browsers and proxies carry without trouble. Characters, all of them ASCII. */
const MAX_QUERY = 8192

/**
 * Requests to sign in and to sign out may be posted (OIDC Core 1.0, section 3.1.2.1; RP-Initiated Logout 1.0, section 2).
 * A browser sends our session's cookie with no POST of another site's, but with the GET that this makes of it.
 * @throws Refused `request.too_large`, 413, when that GET would be too long
 */
export const acceptPosted: Middleware = (ctx, next) =>
  ctx.method === 'POST' && POSTABLE.has(ctx.path) ? leadToGet(ctx) : next()

async function leadToGet(ctx: Context): Promise<void> {
  await readBody(ctx, () => Promise.resolve())
  const { fields, all } = formOf(ctx)
  // Doubled parameters stay doubled, and are refused where all are.
  const parameters = new URLSearchParams(
    Object.keys(fields).flatMap(name => all(name).map((value): [string, string] => [name, value])),
  )
  const query = parameters.toString()
  if (query.length > MAX_QUERY) {
    throw new Refused('request.too_large', {
      status: 413,
    })
  }
  ctx.redirect(`${ctx.path}?${query}`)
  ctx.status = 303
}
