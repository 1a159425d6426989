// Shows the step that an attempt is at. A refused form is shown again with what was typed, never with a password.
import type { PageContext } from '../../lib/web/context.ts'
import { languageOnPage } from '../../lib/web/browser/language.ts'
import { clientOnPage, policyWithLogo } from '../../oidc/pages/client-on-page.ts'
import type { Refill } from './refill.ts'
import type { SignInServices } from '../services.ts'
import type { Situated } from './situation.ts'
import { stepPage } from '../steps/step-page.ts'

/** @param chosen the method whose page it is, at a step that offers several */
export async function showStep(
  services: SignInServices,
  ctx: PageContext,
  situated: Situated,
  refill: Refill = {},
  chosen?: string,
): Promise<void> {
  const { view, locals = {}, script } = await stepPage(services, ctx, situated, refill, chosen)
  const { status, errors = {}, notice, refusal, lockedUntil } = refill
  showPage(
    services,
    ctx,
    situated,
    view,
    {
      errors,
      ...(notice ? { notice } : {}),
      ...(refusal ? { refusal } : {}),
      ...(lockedUntil ? { lockedUntil } : {}),
      ...locals,
    },
    { status, script },
  )
}

/** Renders one page of an attempt, with the app's name and logo on it. */
export function showPage(
  services: SignInServices,
  ctx: PageContext,
  { attempt, client }: Pick<Situated, 'attempt' | 'client'>,
  view: string,
  locals: object,
  { status = 200, script }: { status?: number | undefined; script?: string | undefined } = {},
): void {
  const page = {
    ...languageOnPage(ctx),
    // Not every form's address is a page's.
    ...(ctx.method === 'GET' ? {} : { here: `/signin/${attempt.id}` }),
    ...clientOnPage(client),
    ...(status < 400 ? {} : { traceId: ctx.state.traceId as string }),
    ...(script ? { script } : {}),
  }
  ctx.status = status
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Content-Security-Policy', policyWithLogo(page, script !== undefined))
  ctx.body = services.views.render(view, { page, cancelAction: `/signin/${attempt.id}/cancel`, ...locals })
}
