import type { Client } from 'oidc-provider'
import type { Refused } from '../../lib/errors.ts'
import { webUrl } from '../../lib/views.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { languageOf, languageOnPage } from '../../lib/web/browser/language.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import { clientOnPage, policyWithLogo } from '../../oidc/pages/client-on-page.ts'
import type { SignInServices } from '../services.ts'

/** Renders a page of a link, with the name and logo of the app that it is for. @param script of `views/assets` that it runs */
export function showLinkPage(
  services: SignInServices,
  ctx: PageContext,
  client: Client | undefined,
  view: string,
  locals: object,
  { status = 200, script }: { status?: number; script?: string } = {},
): void {
  const page = {
    ...languageOnPage(ctx),
    ...clientOnPage(client),
    ...(status < 400 ? {} : { traceId: ctx.state.traceId as string }),
    ...(script ? { script } : {}),
  }
  ctx.status = status
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Content-Security-Policy', policyWithLogo(page, script !== undefined))
  ctx.body = services.views.render(view, { page, errors: {}, ...locals })
}

/** The link does not count. The page says why, and what can be done next: in its own sign-in, or at the app. */
export function showOver(
  services: SignInServices,
  ctx: PageContext,
  client: Client | undefined,
  refused: Refused,
  next: { askUrl?: string; asked: boolean },
): void {
  logOf(ctx).info({ reason: refused.code, ...(client ? { clientId: client.clientId } : {}) }, 'sign-in link refused')
  const clientUrl = webUrl(client?.clientUri)
  showLinkPage(
    services,
    ctx,
    client,
    'magic/over',
    { hint: refused.wordsIn(languageOf(ctx)), ...next, ...(clientUrl ? { clientUrl } : {}) },
    { status: refused.status },
  )
}
