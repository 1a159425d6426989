// The page of a link to get back in, mailed to who asked or made by somebody for them: a new password. Opening it uses nothing
// up (mail scanners do that too). It works in any browser, and signs in only the one that asked, as far as nextStep lets it.
import type { Link } from '../../core/links/links.ts'
import { Refused } from '../../lib/errors.ts'
import { webUrl } from '../../lib/views.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { formOf } from '../../lib/web/form.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import { newPasskeyOptions } from '../../methods/passkey/enrol.ts'
import { STRENGTH_SCRIPT } from '../../methods/password/meter.ts'
import { minLengthFor } from '../../methods/password/rules.ts'
import { showLinkPage } from '../links/show.ts'
import { refillOf, type Refill } from '../attempt/refill.ts'
import type { SignInServices } from '../services.ts'
import { showPage } from '../attempt/show.ts'
import { look, type Usable } from './look.ts'
import { setAnew } from './set-anew.ts'
import { ALONE } from './ways.ts'

type Handler = (ctx: PageContext) => Promise<void>

export function showReset(services: SignInServices): Handler {
  return async ctx => {
    const looked = await look(services, ctx)
    if ('refused' in looked) return showOver(services, ctx, looked, looked.refused)
    await showForm(services, ctx, looked)
  }
}

export function takeReset(services: SignInServices): Handler {
  return async ctx => {
    const form = formOf(ctx)
    const looked = await look(services, ctx)
    if ('refused' in looked) return showOver(services, ctx, looked, looked.refused)
    try {
      await setAnew(services, ctx, looked, form)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // Of two at once, one has used it.
      if (error.code.startsWith('link.')) return showOver(services, ctx, looked, error)
      logOf(ctx).info({ reason: error.code }, 'sign-in form refused')
      if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter))
      await showForm(services, ctx, looked, refillOf(ctx, error, form))
    }
  }
}

async function showForm(
  services: SignInServices,
  ctx: PageContext,
  { client, own, account, ways, link }: Usable,
  { status = 200, errors = {} }: Refill = {},
): Promise<void> {
  const locals = {
    action: ctx.path,
    email: account.email,
    byPassword: ways.password,
    minLength: await minLengthFor(services, account),
    errors,
    ...(ways.passkey ? { options: await newPasskeyOptions(services, { owner: own!.attempt.id, account }, ALONE) } : {}),
    ...(own ? {} : originOfLink(link)),
  }
  const view = 'signin/recovery/reset'
  if (own) showPage(services, ctx, own, view, locals, { status, script: ways.passkey ? 'passkey.js' : STRENGTH_SCRIPT })
  else showLinkPage(services, ctx, client, view, locals, { status, script: STRENGTH_SCRIPT })
}

/** By which somebody else can tell whether it is for them. */
function originOfLink({ attemptId, created }: Link): object {
  if (attemptId === undefined) return { made: true }
  return { askedAt: created.at, askedFrom: created.userAgent, address: created.address }
}

/** The link does not count. The page says why, and where to ask for another. */
function showOver(
  services: SignInServices,
  ctx: PageContext,
  { client, own }: Pick<Usable, 'client' | 'own'>,
  refused: Refused,
): void {
  logOf(ctx).info({ reason: refused.code }, 'link to get back in refused')
  const clientUrl = webUrl(client?.clientUri)
  const askUrl = own ? `/signin/${own.attempt.id}/recover` : '/recover'
  const locals = { hint: refused.wordsIn(languageOf(ctx)), askUrl, ...(clientUrl ? { clientUrl } : {}) }
  showLinkPage(services, ctx, client, 'signin/recovery/over', locals, { status: refused.status })
}
