// What every handler of an attempt's pages has in hand, and how it answers: an accepted POST by 303 to the next step, a
// refused one by 4xx and the same page, filled again.
import type { PageContext } from '../lib/web/context.ts'
import type { Client, Interaction } from 'oidc-provider'
import type { Attempt } from '../core/attempts.ts'
import type { Origin } from '../core/events/events.ts'
import type { Step } from '../core/signin/next-step.ts'
import { Refused } from '../lib/errors.ts'
import { formOf, type Form } from '../lib/web/form.ts'
import { logOf } from '../lib/web/trace.ts'
import { finish, refuseRequest } from './finish.ts'
import { openAttempt } from './open.ts'
import type { SignInServices } from './services.ts'
import { showStep, type Refill } from './show.ts'
import { situate, type Situated } from './situation.ts'

export interface Page extends Situated {
  services: SignInServices
  ctx: PageContext
  interaction: Interaction
}

/** Changes the attempt and goes on to whatever comes next. The change runs on the newest state, so that it may refuse. */
export type Go = (change: (attempt: Attempt) => Attempt | undefined) => Promise<void>

export interface Submission extends Page {
  form: Form
  go: Go
}

/** A page by GET. */
export function page(services: SignInServices, show: (page: Page) => void | Promise<void>) {
  return async (ctx: PageContext): Promise<void> => {
    await show(await open(services, ctx))
  }
}

/**
 * A form by POST, accepted only at one of `steps`: the server's own state says where the attempt is, so that no page can
 * be skipped. What the handler refuses is shown on the page it came from.
 */
export function submission(
  services: SignInServices,
  steps: readonly Step['kind'][] | 'any',
  handle: (submission: Submission) => Promise<void>,
  showAgain: (page: Page, refill: Refill) => void | Promise<void> = ({ ctx, ...situated }, refill) =>
    showStep(services, ctx, situated, refill),
) {
  return async (ctx: PageContext): Promise<void> => {
    const form = formOf(ctx)
    const opened = await open(services, ctx)
    if (steps !== 'any' && !steps.includes(opened.step.kind)) {
      await answerStep(opened, { status: 409, notice: 'That step is done already. This is where you are.' })
      return
    }
    try {
      await handle({ ...opened, form, go: change => goOn(opened, change) })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      logOf(ctx).info({ reason: error.code, clientId: opened.client.clientId }, 'sign-in form refused')
      if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter))
      await showAgain(opened, refillOf(error, form))
    }
  }
}

async function open(services: SignInServices, ctx: PageContext): Promise<Page> {
  const { attempt, interaction, client } = await openAttempt(services, ctx)
  return { services, ctx, interaction, ...(await situate(services, attempt, client)) }
}

/** Shows the step, or ends the attempt when there is none left. */
export async function answerStep(opened: Page, refill?: Refill): Promise<void> {
  if (opened.step.kind === 'finish') return finish(opened, opened.step)
  if (opened.step.kind === 'refuse') return refuseRequest(opened, opened.step.error, opened.step.description)
  return showStep(opened.services, opened.ctx, opened, refill)
}

export async function goOn(opened: Page, change: (attempt: Attempt) => Attempt | undefined): Promise<void> {
  const { services, ctx, client } = opened
  const attempt = await services.attempts.update(opened.attempt.id, change)
  if (!attempt) {
    ctx.redirect(`/signin/${opened.attempt.id}`)
    ctx.status = 303
    return
  }
  const situated = await situate(services, attempt, client)
  if (situated.step.kind === 'finish') return finish({ ...opened, ...situated }, situated.step)
  if (situated.step.kind === 'refuse')
    return refuseRequest({ ...opened, ...situated }, situated.step.error, situated.step.description)
  ctx.redirect(`/signin/${attempt.id}`)
  ctx.status = 303
}

const NEVER_SHOWN_AGAIN = new Set(['password', 'code'])

function refillOf(error: Refused, form: Form): Refill {
  const values = Object.fromEntries(Object.entries(form.fields).filter(([name]) => !NEVER_SHOWN_AGAIN.has(name)))
  return {
    status: error.status,
    values,
    errors: error.field ? { [error.field]: error.hint } : { form: error.hint },
  }
}

/** The part of a request that events keep. */
export function originOf(ctx: PageContext, client: Client): Origin & { clientId: string } {
  return {
    address: ctx.ip,
    userAgent: ctx.get('user-agent').slice(0, 300),
    traceId: ctx.state.traceId,
    clientId: client.clientId,
  }
}
