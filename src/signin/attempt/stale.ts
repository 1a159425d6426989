import type { Attempt } from '../../core/attempts.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { languageOnPage, notePerson } from '../../lib/web/browser/language.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import { clientOnPage, policyWithLogo } from '../../oidc/pages/client-on-page.ts'
import { routes } from '../../oidc/rules.ts'
import { knownDevice } from '../browser/device-cookie.ts'
import { holdsCookie, Stale } from './open.ts'
import type { SignInServices } from '../services.ts'

/** Turns a stale page into one that says what happened and leads on: anew into the same sign-in, or back to the app. */
export function staleness(services: SignInServices) {
  return async (ctx: PageContext, handle: (ctx: PageContext) => Promise<void>): Promise<void> => {
    try {
      await handle(ctx)
    } catch (error) {
      if (!(error instanceof Stale)) throw error
      await showStale(services, ctx, error)
    }
  }
}

async function showStale(services: SignInServices, ctx: PageContext, { kind, attempt }: Stale): Promise<void> {
  logOf(ctx).info(
    { reason: `stale.${kind}`, ...(attempt ? { clientId: attempt.clientId } : {}) },
    'sign-in page refused',
  )
  notePerson(ctx, { uiLocales: attempt?.params.ui_locales })
  ctx.status = ['finished', 'expired', 'link'].includes(kind) ? 410 : 400
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  if (kind === 'no_cookie') {
    ctx.body = services.views.render('signin/cookies', {
      page: { ...languageOnPage(ctx), traceId: ctx.state.traceId },
    })
    return
  }
  const client = attempt && (await services.provider().Client.find(attempt.clientId))
  const page = clientOnPage(client)
  ctx.set('Content-Security-Policy', policyWithLogo(page))
  ctx.body = services.views.render('signin/stale', {
    page: { ...languageOnPage(ctx), ...page, traceId: ctx.state.traceId },
    kind,
    ...(attempt && (await isOwn(services, ctx, attempt)) ? { restartUrl: restartUrl(attempt.params) } : {}),
    ...(client?.clientUri ? { clientUrl: client.clientUri } : {}),
  })
}

/** Whether the attempt's request came through this browser before. Its cookie may be gone with the sign-in. */
async function isOwn(services: SignInServices, ctx: PageContext, { accountId }: Attempt): Promise<boolean> {
  if (holdsCookie(services, ctx)) return true
  return accountId !== undefined && (await knownDevice(services, ctx, accountId)) !== undefined
}

/** The same authorization request again: for its own browser only, because its parameters may name a person. */
function restartUrl(params: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'string') query.append(name, one)
  }
  return `${routes.authorization}?${query}`
}
