import type { PageContext } from '../lib/web/context.ts'
import { ACCOUNT_CONSOLE } from '../oidc/consoles/console-clients.ts'
import type { AccountPage } from './opened.ts'
import type { AccountServices } from './services.ts'

const SECTIONS = [{ id: 'security', label: 'Security', url: '/account/security' }] as const

/** Renders a page of the console: with its sections beside it, and who is signed in. */
export function show({ services, ctx, signedIn }: AccountPage, view: string, locals: object, status = 200): void {
  const { path, clientId } = ACCOUNT_CONSOLE
  render(services, ctx, status, view, {
    errors: {},
    ...locals,
    console: {
      sections: SECTIONS.map(section => ({ ...section, current: ctx.path.startsWith(section.url) })),
      accountLabel: signedIn.account.email,
      homeUrl: path,
      signOutUrl: `/logout?client_id=${clientId}`,
    },
  })
}

/** What there is to say to somebody who may not be signed in. */
export function showMessage(
  services: AccountServices,
  ctx: PageContext,
  message: { heading: string; body: string; action: { url: string; label: string } },
  status: number,
): void {
  render(services, ctx, status, 'account/message', message)
}

function render(services: AccountServices, ctx: PageContext, status: number, view: string, locals: object): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  const page = status < 400 ? {} : { traceId: ctx.state.traceId as string }
  ctx.body = services.views.render(view, { page, ...locals })
}
