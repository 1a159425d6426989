import type { Middleware } from 'koa'
import { routes } from '../rules.ts'

const FIRST_SEGMENTS = new Set(['.well-known', ...Object.values(routes).map(path => path.slice(1))])
const [, AUTHORIZATION] = routes.authorization.split('/')

/**
 * The library also answers at its addresses in capitals and with a slash at the end, where our own gates and headers,
 * which go by the address, do not know it. There is one spelling of each; any other is no page.
 */
export const exactPaths: Middleware = (ctx, next) => {
  const [, segment = ''] = ctx.path.split('/')
  const first = segment.toLowerCase()
  if (!FIRST_SEGMENTS.has(first)) return next()
  // What follows is the id of a sign-in, with capitals of its own.
  const spelled = first === AUTHORIZATION ? segment : ctx.path
  const exact = spelled === spelled.toLowerCase() && !ctx.path.endsWith('/')
  return exact ? next() : undefined
}
