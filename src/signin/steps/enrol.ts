// Setting something up in the middle of a sign-in, or putting it off.
import { skipKeyOf } from '../../core/signin/missing-enrolment.ts'
import { countsFrom } from '../../core/signin/proof.ts'
import { Refused } from '../../lib/errors.ts'
import { confirmEnrolment } from '../../methods/enrolment.ts'
import type { Method } from '../../methods/method.ts'
import { rememberDevice } from '../browser/device-cookie.ts'
import { originOf, type Page, type Submission } from '../attempt/page.ts'
import { showStep } from '../attempt/show.ts'
import { enrolling } from '../attempt/try.ts'

/** The page of one of the methods that can be set up at this step. */
export async function showEnrolment(page: Page): Promise<void> {
  await showStep(page.services, page.ctx, page, {}, offeredEnrolment(page).id)
}

export async function enrol(submission: Submission): Promise<void> {
  const { services, ctx, client, attempt, account, form, go } = submission
  const method = offeredEnrolment(submission)
  const origin = originOf(ctx, client)
  const enrolled = await confirmEnrolment(services, method, enrolling(submission, account!), form.fields, origin)
  if (!enrolled) {
    ctx.redirect(`/signin/${attempt.id}/enrol/${method.id}`)
    ctx.status = 303
    return
  }
  const { proof } = enrolled
  await go(known =>
    known.accountId === account!.id
      ? {
          ...known,
          added: [...(known.added ?? []), method.id],
          proofs: proof
            ? [...known.proofs, { ...proof, at: countsFrom(proof.at, known, account!.validFrom) }]
            : known.proofs,
          // What the person sets up in the same sign-in does not forget the device.
          ...(known.trustedAt ? { trustedAt: Date.now() } : {}),
        }
      : undefined,
  )
}

/** "Not now": for the rest of this sign-in; of an upgrade, on this device for good. */
export async function skipEnrolment({ services, ctx, account, attempt, step, go }: Submission): Promise<void> {
  if (step.kind !== 'enrol') return
  if (!step.skippable) {
    throw new Refused('factor.required', { status: 403, says: 'factor.required_now' })
  }
  const { reason } = step
  const key = skipKeyOf(step)
  if (reason === 'upgrade') {
    await rememberDevice(services, ctx, account!.id, { declined: [...(attempt.device?.declined ?? []), key] })
  }
  if (reason === 'required') {
    await services.accounts.change(account!.id, known =>
      known.secondFactorAskedAt === undefined ? { ...known, secondFactorAskedAt: Date.now() } : known,
    )
  }
  await go(known => ({ ...known, skipped: [...(known.skipped ?? []), key] }))
}

function offeredEnrolment({ services, ctx, step }: Page): Method {
  const method = services.methods.find(({ id }) => id === ctx.params.method)
  if (method?.enrol && step.kind === 'enrol' && step.methods.includes(method.id)) return method
  throw new Refused('method.not_offered', { status: 404, says: 'method.not_offered_to_add' })
}
