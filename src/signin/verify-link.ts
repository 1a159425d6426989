// The mailed link. Opening it uses nothing up (mail scanners do that too): the person confirms by a button. It works in
// any browser, and signs in only the one in which the sign-in began.
import type { PageContext } from '../lib/web/context.ts'
import { formOf } from '../lib/web/form.ts'
import { originOf, type Page, type Submission } from './page.ts'
import { openAttempt, Stale } from './open.ts'
import { register } from './register.ts'
import type { SignInServices } from './services.ts'
import { proven } from './verify.ts'
import { clientOnPage } from '../oidc/client-on-page.ts'

export function showLink(services: SignInServices) {
  return async (ctx: PageContext): Promise<void> => {
    const verification = await services.verifications.byLink(ctx.params.link!)
    if (!verification || verification.provenAt) throw await usedUp(services, ctx)
    const { email, startedAt, startedFrom } = verification
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = services.views.render('signin/verify-link', {
      page: {},
      action: ctx.path,
      email,
      startedAt: new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
      startedFrom,
    })
  }
}

export function confirmLink(services: SignInServices, goOn: (page: Page) => Submission['go']) {
  return async (ctx: PageContext): Promise<void> => {
    formOf(ctx)
    const verification = await services.verifications.proveByLink(ctx.params.link!)
    if (!verification) throw await usedUp(services, ctx)
    const own = await ownAttempt(services, ctx)
    if (own?.attempt.verificationId === verification.id) {
      const opened = { ...own, services, ctx } as Page
      await proven({ services, ctx, client: own.client, go: goOn(opened) }, verification)
      return
    }
    const attempt = await services.attempts.get(ctx.params.uid!)
    const client = attempt && (await services.provider().Client.find(attempt.clientId))
    await register(services, verification, originOf(ctx, client))
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = services.views.render('signin/verified', {
      page: clientOnPage(client),
      email: verification.email,
      ...(client ? { clientName: client.clientName ?? client.clientId } : {}),
    })
  }
}

async function usedUp(services: SignInServices, ctx: PageContext): Promise<Stale> {
  return new Stale('link', await services.attempts.get(ctx.params.uid!))
}

/** The attempt, when this is the browser that it belongs to. */
async function ownAttempt(services: SignInServices, ctx: PageContext) {
  try {
    return await openAttempt(services, ctx)
  } catch (error) {
    if (error instanceof Stale) return undefined
    throw error
  }
}
