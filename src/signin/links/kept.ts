// A token must not stay in the address, where the history, a screenshot or a page's referrer would show it: whoever opens a
// link is sent on to an address without it, and it waits in a cookie of this browser for as long as reading a page takes.
import type { PageContext } from '../../lib/web/context.ts'
import { cookieName } from '../browser/device-cookie.ts'
import type { SignInServices } from '../services.ts'

/** Seconds. */
const LASTS = 600
/** What a cookie can hold; anything else is nobody's token. */
const TOKEN = /^[\w-]{1,100}$/
export const LINK_COOKIE = 'latchkey_link'

type Handler = (ctx: PageContext) => Promise<void>

/** A link was opened, perhaps by a mail scanner: it is noted, and nothing is used up. `lasts` in seconds. */
export function arrive(
  services: SignInServices,
  onward: (ctx: PageContext, token: string) => string | Promise<string>,
  { lasts = LASTS, name = LINK_COOKIE } = {},
): Handler {
  return async ctx => {
    const token = TOKEN.test(ctx.params.token!) ? ctx.params.token! : 'malformed'
    if (ctx.method === 'GET') await services.links.noteOpened(token, placeOf(ctx))
    keepToken(services, ctx, token, { lasts, name })
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Referrer-Policy', 'no-referrer')
    ctx.redirect(await onward(ctx, token))
    ctx.status = 303
  }
}

/** `lasts` in seconds. */
export function keepToken(
  services: SignInServices,
  ctx: PageContext,
  token: string,
  { lasts, name = LINK_COOKIE }: { lasts: number; name?: string },
): void {
  ctx.cookies.set(cookieName(services, name), token, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: lasts * 1000,
  })
}

/** The token of the link that was opened last in this browser; '' when there is none. */
export function keptToken(services: SignInServices, ctx: PageContext, name = LINK_COOKIE): string {
  return ctx.cookies.get(cookieName(services, name), { signed: true }) ?? ''
}

/** From where a request came, as a link's record keeps it. */
export function placeOf(ctx: PageContext): { address: string; userAgent: string } {
  return { address: ctx.ip, userAgent: ctx.get('user-agent').slice(0, 300) }
}
