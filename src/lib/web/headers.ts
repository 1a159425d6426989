// Every security header, in one place.
import helmet from 'koa-helmet'
import compose from 'koa-compose'
import type { Context, Middleware } from 'koa'

const PERMISSIONS = 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)'

interface PolicyOptions {
  /** Where a client's logo comes from. */
  image?: string
  /** Chromium holds form-action against every hop of the redirects that follow a POST, so pages that lead back to an app leave it out. */
  leadsAway?: boolean
}

/** The Content-Security-Policy of a page: nothing runs, nothing frames it, nothing comes from elsewhere but a client's logo. */
export function contentSecurityPolicy({ image, leadsAway = false }: PolicyOptions = {}): string {
  return [
    "default-src 'none'",
    // The library adds the hash of its one script (form_post) to this directive, and so needs it to be there.
    "script-src 'none'",
    "style-src 'self'",
    `img-src 'self'${image ? ` ${image}` : ''}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(leadsAway ? [] : ["form-action 'self'"]),
  ].join('; ')
}

/** @param secure whether the issuer is https: HSTS is sent only then */
export function securityHeaders(secure: boolean): Middleware {
  const base = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: secure ? { maxAge: 63_072_000, includeSubDomains: true } : false,
    // 'no-referrer' would make browsers send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: false,
    frameguard: { action: 'deny' },
  })
  const own: Middleware = (ctx, next) => {
    ctx.set('Permissions-Policy', PERMISSIONS)
    ctx.set('Content-Security-Policy', contentSecurityPolicy({ leadsAway: leadsToApps(ctx) }))
    return next()
  }
  return compose([base, own])
}

function leadsToApps({ path }: Context): boolean {
  return path.startsWith('/signin/') || path.startsWith('/authorize') || path.startsWith('/logout')
}
