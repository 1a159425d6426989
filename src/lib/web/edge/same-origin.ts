import type { Middleware } from 'koa'
import { Refused } from '../../errors.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses unsafe requests that another origin made (Fetch Metadata, else Origin). Together with SameSite cookies this
 * is what stands in the place of a token in each form. A request with neither header comes from no browser of today.
 */
export function sameOrigin(issuer: string): Middleware {
  const { origin } = new URL(issuer)
  return (ctx, next) => {
    if (SAFE.has(ctx.method)) return next()
    const site = ctx.get('sec-fetch-site')
    const from = ctx.get('origin')
    const own = site ? site === 'same-origin' || site === 'none' : !from || from === origin
    if (!own) {
      throw new Refused('origin.foreign', {
        status: 403,
      })
    }
    return next()
  }
}
