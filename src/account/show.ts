import type { Refused } from '../lib/errors.ts'
import type { PageContext } from '../lib/web/context.ts'
import type { Form } from '../lib/web/form.ts'
import { contentSecurityPolicy } from '../lib/web/edge/headers.ts'
import { languageOf, languageOnPage } from '../lib/web/browser/language.ts'
import { logOf } from '../lib/web/edge/trace.ts'
import { ACCOUNT_CONSOLE } from '../oidc/consoles/console-clients.ts'
import { withoutSecrets } from './kept.ts'
import type { AccountPage } from './opened.ts'
import type { AccountServices } from './services.ts'

const SECTIONS = [
  { label: 'account:security', url: '/account/security', pages: ['/account/security'] },
  { label: 'account:details', url: '/account/details', pages: ['/account/details', '/account/close'] },
] as const

/** What a refused form is filled with again. */
export interface Refill {
  status?: number
  values?: Record<string, string>
  errors?: Record<string, string>
}

export function refillOf(ctx: PageContext, error: Refused, form: Form): Refill {
  logOf(ctx).info({ reason: error.code }, 'account form refused')
  if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter))
  return {
    status: error.status,
    values: withoutSecrets(form.fields),
    errors: { [error.field ?? 'form']: error.wordsIn(languageOf(ctx)) },
  }
}

interface Showing {
  status?: number | undefined
  /** A script of ours that the page loads. */
  script?: string | undefined
  /** Whether its form leads to another site. */
  leadsAway?: boolean
}

/** Renders a page of the console: with its sections beside it, and who is signed in. */
export function show({ services, ctx, signedIn }: AccountPage, view: string, locals: object, showing?: Showing): void {
  const { path, clientId } = ACCOUNT_CONSOLE
  const { t } = languageOf(ctx)
  const console = {
    sections: SECTIONS.map(({ label, url, pages }) => ({
      label: t(label),
      url,
      current: pages.some(page => ctx.path.startsWith(page)),
    })),
    accountLabel: signedIn.account.email,
    homeUrl: path,
    signOutUrl: `/logout?client_id=${clientId}`,
  }
  render(services, ctx, view, { layout: 'account/layout', errors: {}, ...locals, console }, showing)
}

/** What there is to say to somebody who may not be signed in. */
export function showMessage(
  services: AccountServices,
  ctx: PageContext,
  message: { heading: string; body: string; action: { url: string; label: string } },
  status: number,
): void {
  render(services, ctx, 'account/message', message, { status })
}

/** A page for somebody whose session has just ended. */
export function showSignedOut(services: AccountServices, ctx: PageContext, view: string, locals: object): void {
  render(services, ctx, view, locals)
}

function render(
  services: AccountServices,
  ctx: PageContext,
  view: string,
  locals: object,
  { status = 200, script, leadsAway = false }: Showing = {},
): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  const policy = contentSecurityPolicy({ leadsAway, ownScript: script !== undefined })
  ctx.set('Content-Security-Policy', policy)
  const page = {
    ...languageOnPage(ctx),
    ...(status < 400 ? {} : { traceId: ctx.state.traceId as string }),
    ...(script ? { script } : {}),
  }
  ctx.body = services.views.render(view, { page, ...locals })
}
