import type { PageContext } from '../lib/web/context.ts'
import { clientOnPage } from '../oidc/client-on-page.ts'
import { routes } from '../oidc/provider.ts'
import { Stale } from './open.ts'
import type { SignInServices } from './services.ts'

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
  ctx.status = kind === 'finished' || kind === 'expired' ? 410 : 400
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  if (kind === 'no_cookie') {
    ctx.body = services.views.render('signin/cookies', { page: { traceId: ctx.state.traceId } })
    return
  }
  const client = attempt && (await services.provider().Client.find(attempt.clientId))
  ctx.body = services.views.render('signin/stale', {
    page: { ...clientOnPage(client), traceId: ctx.state.traceId },
    kind,
    ...(attempt ? { restartUrl: restartUrl(attempt.params) } : {}),
    ...(client?.clientUri ? { clientUrl: client.clientUri } : {}),
  })
}

/** The same authorization request again. Its parameters came through this browser before, so nothing new is told. */
function restartUrl(params: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'string') query.append(name, one)
  }
  return `${routes.authorization}?${query}`
}
