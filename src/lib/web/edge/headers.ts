// Every security header, in one place. They are worked out once, and only copied onto each answer.
import helmet from 'helmet'
import type { ServerResponse } from 'node:http'
import type { Middleware } from 'koa'

const PERMISSIONS = 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)'

interface PolicyOptions {
  /** Where a client's logo comes from. */
  image?: string
  /** Chromium holds form-action against every hop of the redirects that follow a POST, so pages that lead back to an app leave it out. */
  leadsAway?: boolean
  /** Whether it loads a script of ours. */
  ownScript?: boolean
}

/** The Content-Security-Policy of a page: nothing frames it, nothing inline runs, and nothing comes from elsewhere but a client's logo. */
export function contentSecurityPolicy({ image, leadsAway = false, ownScript = false }: PolicyOptions = {}): string {
  return [
    "default-src 'none'",
    `script-src ${ownScript ? "'self'" : "'none'"}`,
    ...(ownScript ? ["connect-src 'self'"] : []),
    "style-src 'self'",
    `img-src 'self'${image ? ` ${image}` : ''}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(leadsAway ? [] : ["form-action 'self'"]),
  ].join('; ')
}

const STAYS = contentSecurityPolicy()
const LEADS_AWAY = contentSecurityPolicy({ leadsAway: true })

/** @param secure whether the issuer is https: HSTS is sent only then */
export function securityHeaders(secure: boolean): Middleware {
  const headers = Object.entries(helmetHeaders(secure))
  return (ctx, next) => {
    for (const [name, value] of headers) ctx.res.setHeader(name, value)
    ctx.res.setHeader('Content-Security-Policy', leadsToApps(ctx.path) ? LEADS_AWAY : STAYS)
    return next()
  }
}

/** What helmet sends, without what only browsers of long ago listen to. */
function helmetHeaders(secure: boolean): Record<string, string> {
  const headers: Record<string, string> = { 'Permissions-Policy': PERMISSIONS }
  const collect = { setHeader: (name: string, value: string) => (headers[name] = value), removeHeader: () => undefined }
  const middleware = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: secure ? { maxAge: 63_072_000, includeSubDomains: true } : false,
    // 'no-referrer' would make browsers send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: false,
    frameguard: { action: 'deny' },
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
  middleware({} as never, collect as unknown as ServerResponse, () => undefined)
  return headers
}

function leadsToApps(path: string): boolean {
  return ['/signin/', '/authorize', '/logout', '/magic'].some(start => path.startsWith(start))
}
