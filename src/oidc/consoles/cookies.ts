// The cookies of a console: who is signed in to it, and in which browser a sign-in to it began.
import type { Context } from 'koa'
import type { Config } from '../../lib/config/schema.ts'
import { newSecret } from '../../lib/ids.ts'
import type { ConsoleKind } from './console-clients.ts'

export type ConsoleCookies = ReturnType<typeof createConsoleCookies>

export function createConsoleCookies({ issuer }: Pick<Config, 'issuer'>, { path }: ConsoleKind) {
  // No sibling host can set a cookie of that prefix for us; the price is the path `/` (RFC 6265bis, section 4.1.3.2).
  const session = `${issuer.startsWith('https:') ? '__Host-' : ''}latchkey_${path.slice(1)}`
  const browser = `${session}_signin`
  const options = { httpOnly: true, sameSite: 'lax', path: '/', overwrite: true } as const

  return {
    session: (ctx: Context): string | undefined => ctx.cookies.get(session),

    keepSession(ctx: Context, secret: string): void {
      ctx.cookies.set(session, secret, { ...options, signed: false })
    },

    /** The secret of the browser, if a sign-in began here. */
    browser: (ctx: Context): string | undefined => ctx.cookies.get(browser, { signed: true }),

    /** The same for all tabs, until the browser is closed; made when there is none. */
    keepBrowser(ctx: Context): string {
      const secret = ctx.cookies.get(browser, { signed: true }) ?? newSecret()
      ctx.cookies.set(browser, secret, { ...options, signed: true })
      return secret
    },
  }
}
