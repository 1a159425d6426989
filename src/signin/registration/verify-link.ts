// The mailed link. Opening it uses nothing up (mail scanners do that too): the person confirms by a button. It works in
// any browser, and signs in only the one in which the sign-in began.
import type { PageContext } from '../../lib/web/context.ts'
import { languageOf, languageOnPage } from '../../lib/web/browser/language.ts'
import type { Verification } from '../../core/accounts/verifications.ts'
import { Refused } from '../../lib/errors.ts'
import { contentSecurityPolicy } from '../../lib/web/edge/headers.ts'
import { formOf } from '../../lib/web/form.ts'
import { REVEAL_SCRIPT } from '../../methods/password/meter.ts'
import { MAX_LENGTH } from '../../methods/password/shape.ts'
import { countLinkPassword } from '../limits.ts'
import { originOf, type OpenedPage, type Submission } from '../attempt/page.ts'
import { openAttempt, Stale, type OpenAttempt } from '../attempt/open.ts'
import { register } from './register.ts'
import type { SignInServices } from '../services.ts'
import { proven } from './verify.ts'
import { clientOnPage } from '../../oidc/pages/client-on-page.ts'

/** Characters; a longer one is nobody's. */
const MAX_TYPED = MAX_LENGTH * 4

export function showLink(services: SignInServices) {
  return async (ctx: PageContext): Promise<void> => {
    const verification = await openLink(services, ctx)
    const own = await ownAttempt(services, ctx, verification)
    if (wantsOwnBrowser(verification, own)) return sendBack(services, ctx, verification)
    showLinkPage(services, ctx, verification, { askPassword: asksPassword(verification, own) })
  }
}

export function confirmLink(services: SignInServices, goOn: (opened: OpenedPage) => Submission['go']) {
  return async (ctx: PageContext): Promise<void> => {
    const form = formOf(ctx)
    const verification = await openLink(services, ctx)
    const own = await ownAttempt(services, ctx, verification)
    if (wantsOwnBrowser(verification, own)) return sendBack(services, ctx, verification)
    if (asksPassword(verification, own)) {
      try {
        await checkPassword(services, verification, form.text('password'))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter))
        showLinkPage(services, ctx, verification, { askPassword: true, refused: error })
        return
      }
    }
    const proof = await services.verifications.proveByLink(ctx.params.link!)
    if (!proof) throw await usedUp(services, ctx)
    if (own) {
      await proven({ services, ctx, client: own.client, go: goOn({ ...own, services, ctx }) }, proof)
      return
    }
    const attempt = await services.attempts.get(ctx.params.uid!)
    const client = attempt && (await services.provider().Client.find(attempt.clientId))
    await register(services, proof, originOf(ctx, client))
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = services.views.render('signin/verified', {
      page: { ...languageOnPage(ctx), ...clientOnPage(client) },
      email: proof.email,
      ...(client ? { clientName: client.clientName ?? client.clientId } : {}),
    })
  }
}

/**
 * In another browser than the registration's, its password is asked for: whoever owns the address could otherwise be
 * talked into confirming a stranger's registration, whose browser would then be signed in under their address.
 */
function asksPassword(verification: Verification, own: OpenAttempt | undefined): boolean {
  return verification.registration !== undefined && !own
}

/** As above, where no password was chosen that could be asked for: it can only be confirmed where it began. */
function wantsOwnBrowser({ registration }: Verification, own: OpenAttempt | undefined): boolean {
  return registration !== undefined && !registration.secured && !own
}

function sendBack(services: SignInServices, ctx: PageContext, { email }: Verification): void {
  ctx.status = 403
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  ctx.body = services.views.render('signin/verify-where-begun', { page: languageOnPage(ctx), email })
}

async function checkPassword(
  services: SignInServices,
  { id, registration }: Verification,
  typed: string,
): Promise<void> {
  if (typed === '') throw new Refused('password.missing', { field: 'password', says: 'password.missing_chosen' })
  await countLinkPassword(services, id)
  const { secured } = registration!
  if (
    await services.hasher.verify(
      secured && 'passwordHash' in secured ? secured.passwordHash : undefined,
      typed.slice(0, MAX_TYPED),
    )
  )
    return
  throw new Refused('password.mismatch', {
    field: 'password',
    says: 'password.mismatch_chosen',
  })
}

interface LinkPage {
  askPassword: boolean
  refused?: Refused
}

function showLinkPage(
  services: SignInServices,
  ctx: PageContext,
  verification: Verification,
  { askPassword, refused }: LinkPage,
): void {
  const { email, startedAt, startedFrom } = verification
  ctx.status = refused?.status ?? 200
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Content-Security-Policy', contentSecurityPolicy({ leadsAway: true, ownScript: askPassword }))
  ctx.body = services.views.render('signin/verify-link', {
    page: { ...languageOnPage(ctx), ...(askPassword ? { script: REVEAL_SCRIPT } : {}) },
    action: ctx.path,
    email,
    startedAt,
    startedFrom,
    askPassword,
    errors: refused ? { [refused.field ?? 'form']: refused.wordsIn(languageOf(ctx)) } : {},
  })
}

/** @throws Stale for a link that was used, renewed or has expired */
async function openLink(services: SignInServices, ctx: PageContext): Promise<Verification> {
  const verification = await services.verifications.byLink(ctx.params.link!)
  if (!verification || verification.provenAt) throw await usedUp(services, ctx)
  return verification
}

async function usedUp(services: SignInServices, ctx: PageContext): Promise<Stale> {
  return new Stale('link', await services.attempts.get(ctx.params.uid!))
}

/** The attempt that the link is of, when this is the browser that it belongs to. */
async function ownAttempt(
  services: SignInServices,
  ctx: PageContext,
  { id }: Verification,
): Promise<OpenAttempt | undefined> {
  try {
    const own = await openAttempt(services, ctx)
    return own.attempt.verificationId === id ? own : undefined
  } catch (error) {
    if (error instanceof Stale) return undefined
    throw error
  }
}
