// How the pages of an attempt answer: a GET shows, an accepted POST goes on by 303 to the next step, a refused one is 4xx
// and the same page, filled again.
import type { Attempt } from '../../core/attempts.ts'
import type { Step } from '../../core/signin/next-step.ts'
import { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { formOf, queryOf, type Form } from '../../lib/web/form.ts'
import { languageOf, takeLanguage } from '../../lib/web/browser/language.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import { finish, refuseRequest } from './finish.ts'
import { blur } from './blur.ts'
import { openPage, type OpenedPage, type Page, type Submission } from './page.ts'
import type { SignInServices } from '../services.ts'
import { refillOf, shownAgain, type Refill } from './refill.ts'
import { showStep } from './show.ts'
import { situate } from './situation.ts'

/** A page by GET. */
export function page(services: SignInServices, show: (page: Page) => void | Promise<void>) {
  return async (ctx: PageContext): Promise<void> => {
    const opened = await openPage(services, ctx)
    await blur(opened.attempt)
    await show(opened)
  }
}

type ShowAgain = (page: Page, refill: Refill) => void | Promise<void>

/**
 * A form by POST, accepted only at one of `steps`: the server's own state says where the attempt is, so that no page can
 * be skipped. What the handler refuses is shown on the page it came from.
 */
export function submission(
  services: SignInServices,
  steps: readonly Step['kind'][] | 'any',
  handle: (submission: Submission) => Promise<void>,
  showAgain: ShowAgain | undefined = (opened, refill) =>
    showStep(services, opened.ctx, opened, refill, opened.ctx.params.method),
  readForm: (ctx: PageContext) => Form = formOf,
) {
  return async (ctx: PageContext): Promise<void> => {
    const form = readForm(ctx)
    const opened = await openPage(services, ctx)
    if (steps !== 'any' && !steps.includes(opened.step.kind)) {
      logOf(ctx).info({ reason: 'step.passed', clientId: opened.client.clientId }, 'sign-in form refused')
      await answerStep(opened, { status: 409, notice: languageOf(ctx).t('signin:stepDone') })
      return
    }
    if (takeLanguage(ctx, form)) return showAgain(opened, { values: shownAgain(form) })
    try {
      await handle({ ...opened, form, go: change => goOn(opened, change) })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const cause = error.cause instanceof Error ? { cause: error.cause.message } : {}
      logOf(ctx).info({ reason: error.code, ...cause, clientId: opened.client.clientId }, 'sign-in form refused')
      if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter))
      await showAgain(opened, refillOf(ctx, error, form))
    }
  }
}

/** What somebody comes back with from elsewhere, by GET: taken as a form is. */
export function returned(
  services: SignInServices,
  steps: readonly Step['kind'][],
  handle: (submission: Submission) => Promise<void>,
) {
  return submission(services, steps, handle, undefined, queryOf)
}

/** Shows the step, or ends the attempt when there is none left. */
export async function answerStep(opened: Page, refill?: Refill): Promise<void> {
  if (!(await ended(opened))) await showStep(opened.services, opened.ctx, opened, refill)
}

/** Changes the attempt, and goes on to its next step or to its end. A refused change shows where the attempt is. */
export async function goOn(opened: OpenedPage, change: (attempt: Attempt) => Attempt | undefined): Promise<void> {
  const { services, ctx, client } = opened
  const attempt = await services.attempts.update(opened.attempt.id, change)
  const next = attempt && { ...opened, ...(await situate(services, ctx, attempt, client)) }
  if (next && (await ended(next))) return
  if (next) noteWhatHolds(next)
  ctx.redirect(`/signin/${opened.attempt.id}`)
  ctx.status = 303
}

/** What the person proved was right, and still it does not go on: they see why on the next page, the operator here. */
function noteWhatHolds({ ctx, client, account, step }: Page): void {
  const reasons: Partial<Record<Step['kind'], string>> = {
    disabled: 'account.disabled',
    'come-back': 'account.closed',
    'accept-terms': 'terms.unaccepted',
    complete: 'account.incomplete',
    'choose-username': 'username.taken',
    // For a registration it is only the next step.
    ...(account ? { 'verify-email': 'email.unverified' } : {}),
  }
  const reason = reasons[step.kind]
  if (reason) logOf(ctx).info({ reason, clientId: client.clientId }, 'sign-in held up')
}

async function ended(opened: Page): Promise<boolean> {
  const { step } = opened
  if (step.kind === 'finish') await finish(opened, step)
  else if (step.kind === 'refuse') await refuseRequest(opened, step.error, step.description)
  else return false
  return true
}
