import type { Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { contentSecurityPolicy } from '../../lib/web/edge/headers.ts'

/**
 * Signing out when nobody is signed in: there is nothing to ask, so the person is sent on at once. The library would
 * send a form that submits itself by a script, which our pages' policy does not let run.
 */
export const quietLogout: Middleware = async (ctx, next) => {
  await next()
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>
  if (oidc?.route !== 'end_session' || ctx.status !== 200 || !oidc.session || oidc.session.accountId) return
  const { postLogoutRedirectUri, state } = (oidc.session.state ?? {}) as {
    postLogoutRedirectUri?: string
    state?: string
  }
  const to = new URL(postLogoutRedirectUri ?? oidc.urlFor('end_session_success'))
  if (postLogoutRedirectUri && state !== undefined) to.searchParams.set('state', state)
  // Without the exception for that script.
  ctx.set('Content-Security-Policy', contentSecurityPolicy())
  ctx.redirect(to.href)
  ctx.status = 303
}
