// The end of an attempt: one interaction result, and the way back to the provider and on to the app.
import type { Device } from '../../core/sessions/devices.ts'
import type { Step } from '../../core/signin/next-step.ts'
import { toInteractionResult, type AttemptResult } from '../../oidc/authorization/interaction-result.ts'
import { rules } from '../../core/limits/rules.ts'
import { networkOf } from '../../lib/network.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { leaveEndedSession } from './ended-session.ts'
import { rememberDevice } from '../browser/device-cookie.ts'
import { noteUsed } from '../browser/last-used.ts'
import { endRecovery } from '../lost/end-recovery.ts'
import { linkIdentity } from '../steps/link-identity.ts'
import { originOf, type Page } from './page.ts'
import type { SignInServices } from '../services.ts'

type Finish = Extract<Step, { kind: 'finish' }>

export async function finish(page: Page, step: Finish): Promise<void> {
  const { services, ctx, attempt, account, client } = page
  const fresh = attempt.proofs.some(proof => proof.at >= attempt.startedAt)
  const device = fresh
    ? await rememberDevice(
        services,
        ctx,
        account!.id,
        page.passesSecondBy ? {} : { complete: true },
        page.confirmsDevice,
      )
    : undefined
  const deviceId = device?.id
  const confirmed = page.confirmsDevice ? 'network' : attempt.device?.confirmed
  if (deviceId) await trustDevice(page, deviceId)
  if (fresh) noteUsed(services, ctx, attempt)
  const login: AttemptResult['login'] = fresh
    ? {
        accountId: account!.id,
        acr: step.acr,
        amr: step.amr,
        // Within the second in which an account was reset, what is obtained after it must already count.
        ts: Math.max(step.at, account!.validFrom),
        remember: attempt.remember && page.rememberAllowed,
        proofs: attempt.proofs,
        ...(deviceId ? { deviceId } : {}),
        ...(attempt.device?.known ? { deviceKnown: true } : {}),
        ...(confirmed ? { deviceConfirmed: confirmed } : {}),
        ...(attempt.device?.secondFactorAt ? { secondFactorAt: attempt.device.secondFactorAt } : {}),
      }
    : undefined
  if (login) {
    const methods = [...new Set(attempt.proofs.map(proof => proof.method))].toSorted()
    const details = { acr: step.acr, amr: step.amr, methods }
    const about = { ...originOf(ctx, client), accountId: account!.id, ...(deviceId ? { deviceId } : {}) }
    await services.events.emit({ type: 'signin.succeeded', ...about, details })
    // It may have been remembered a step before, when something was put off.
    if (device && device.firstSeenAt >= attempt.startedAt)
      await services.events.emit({ type: 'device.new', ...about, details: placeOf(device) })
  }

  if (login) await endRecovery(page)
  if (login) await linkIdentity(page)
  if (login) await leaveOtherSession(page, login.accountId)
  const result = toInteractionResult(attempt, login)
  const [returnTo] = await Promise.all([
    services.provider().interactionResult(ctx.req, ctx.res, result),
    // Only what is begun and left counts against a network: many people may sign in from one.
    services.limits.giveBack(rules.begun, networkOf(ctx.ip)),
    services.attempts.update(attempt.id, known => ({ ...known, outcome: 'finished' })),
  ])
  leave(page, returnTo)
}

/** The person wants it not to be asked for the second factor again, and policy lets them. Written first, as every act is. */
async function trustDevice(
  { services, ctx, attempt, account, client, ...page }: Page,
  deviceId: string,
): Promise<void> {
  const { trustedAt: secondFactorAt } = attempt
  if (secondFactorAt === undefined || page.rememberSecondFactor <= 0) return
  const until = secondFactorAt + page.rememberSecondFactor * 1000
  const about = { ...originOf(ctx, client), accountId: account!.id, deviceId }
  await services.events.emit({ type: 'device.remembered', ...about, details: { until } })
  await rememberDevice(services, ctx, account!.id, { secondFactorAt })
}

/**
 * The browser may be signed in as somebody else, in another tab also since this began: that session ends here, instead
 * of on a page of the library's own. The library lets nobody go on from another session than the one it began with.
 */
async function leaveOtherSession({ services, ctx, interaction, client }: Page, accountId: string): Promise<void> {
  const current = await currentSession(services, ctx)
  const isOther = current?.accountId !== undefined && current.accountId !== accountId
  if (isOther) await services.endSession(current.uid, originOf(ctx, client))
  if (isOther || current?.uid !== interaction.session?.uid) await leaveEndedSession(interaction)
}

/** The provider's session in this browser, whoever is signed in by it. */
export async function currentSession(services: SignInServices, ctx: PageContext) {
  const provider = services.provider()
  const cookie = ctx.cookies.get(provider.cookieName('session'), { signed: true })
  return cookie ? provider.Session.find(cookie) : undefined
}

/** Ends the attempt with an error that the app is told of, by its name in the specifications. */
export async function refuseRequest(page: Page, error: string, description: string): Promise<void> {
  const { services, ctx, attempt } = page
  const result = { error, error_description: description }
  const returnTo = await services
    .provider()
    .interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false })
  const outcome = error === 'access_denied' ? 'cancelled' : 'refused'
  await services.attempts.update(attempt.id, known => ({ ...known, outcome }))
  leave(page, returnTo)
}

function leave({ ctx }: Page, returnTo: string): void {
  ctx.redirect(returnTo)
  ctx.status = 303
}

function placeOf({ network = 'unknown', country }: Device) {
  return { network, ...(country ? { country } : {}) }
}
