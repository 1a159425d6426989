// The end of an attempt: one interaction result, and the way back to the provider and on to the app.
import type { Step } from '../core/signin/next-step.ts'
import { toInteractionResult, type AttemptResult } from '../oidc/interaction-result.ts'
import { rememberDevice } from './device-cookie.ts'
import { originOf, type Page } from './page.ts'

type Finish = Extract<Step, { kind: 'finish' }>

export async function finish(page: Page, step: Finish): Promise<void> {
  const { services, ctx, attempt, interaction, account, client } = page
  const fresh = attempt.proofs.some(proof => proof.at >= attempt.startedAt)
  const deviceId = fresh ? await rememberDevice(services, ctx, account!.id) : undefined
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
      }
    : undefined
  if (login) {
    const details = { acr: step.acr, amr: step.amr }
    await services.events.emit({
      type: 'signin.succeeded',
      ...originOf(ctx, client),
      accountId: account!.id,
      ...(deviceId ? { deviceId } : {}),
      details,
    })
  }

  // Another account than the live session's: that session ends here, instead of on a page of the library's own.
  const session = interaction.session
  if (login && session && session.accountId !== login.accountId) {
    await services.endSession(session.uid, originOf(ctx, client))
    interaction.session = undefined
    await interaction.persist()
  }
  const result = toInteractionResult(attempt, login)
  const returnTo = await services.provider().interactionResult(ctx.req, ctx.res, result)
  await services.attempts.update(attempt.id, known => ({ ...known, outcome: 'finished' }))
  leave(page, returnTo)
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
