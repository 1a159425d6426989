// Proving an address on the page (by code), and what follows from it.
import { Refused } from '../../lib/errors.ts'
import type { Verification } from '../../core/accounts/verifications.ts'
import { countResend, countUsername, countVerification } from '../limits.ts'
import { readUsername } from './form.ts'
import { postVerification } from './mails.ts'
import { originOf, type Page, type Submission } from '../attempt/page.ts'
import { register, registered } from './register.ts'

/** The code was typed. */
export async function verifyCode(submission: Submission): Promise<void> {
  const { services, attempt, verification: known, form } = submission
  const code = form.text('code').trim()
  if (code === '') throw new Refused('verification.missing', { field: 'code' })
  if (!attempt.verificationId || !known) throw noCode()
  const { succeeded } = await countVerification(services, known.email)
  const verification = await services.verifications.proveByCode(attempt.verificationId, code)
  await succeeded()
  await proven(submission, verification)
}

/** Goes on in the browser in which the address was proven; without an account, to the choice of another username. */
export async function proven(
  submission: Pick<Submission, 'services' | 'ctx' | 'client' | 'go'>,
  verification: Verification,
): Promise<void> {
  const { services, ctx, client, go } = submission
  const account = await register(services, verification, originOf(ctx, client))
  await go(attempt => (account ? registered(attempt, verification, account) : attempt))
}

/** A new code and link for the same address; for an account that never proved its address, the first. */
export async function resend({
  services,
  ctx,
  attempt,
  account,
  verification: known,
  client,
  go,
}: Submission): Promise<void> {
  const { verifications } = services
  const to = known?.email ?? account?.email
  if (!to) throw noCode()
  if (attempt.verificationId) await countResend(services, ctx, to)
  const renewed = attempt.verificationId ? await verifications.renew(attempt.verificationId) : undefined
  if (renewed) {
    const { verification, secrets } = renewed
    const { email, startedFrom } = verification
    const taken = verification.linkHash === undefined
    await postVerification({ services, ctx, client }, { email, secrets, startedFrom, taken })
    await go(unchanged => unchanged)
    return
  }
  if (!account) throw noCode()
  await sendFirst({ services, ctx, attempt, account, client })
  await go(unchanged => unchanged)
}

/** For an account whose address was never proven: makes the verification and sends it, once for the attempt. */
export async function sendFirst({
  services,
  ctx,
  attempt,
  account,
  client,
}: Pick<Page, 'services' | 'ctx' | 'attempt' | 'account' | 'client'>): Promise<void> {
  const startedFrom = ctx.get('user-agent').slice(0, 300)
  const { email, id: accountId } = account!
  await countResend(services, ctx, email)
  const { id, secrets } = await services.verifications.start({ email, accountId, taken: false, startedFrom })
  const first = await services.attempts.update(attempt.id, known =>
    known.verificationId === attempt.verificationId ? { ...known, verificationId: id } : undefined,
  )
  if (first) await postVerification({ services, ctx, client }, { email, secrets, startedFrom, taken: false })
}

/** The username of a registration was taken by the time its address was proven: another is chosen, or none. */
export async function chooseUsername(submission: Submission): Promise<void> {
  const { services, ctx, client, verification, form, go } = submission
  const typed = form.text('username').trim()
  await countUsername(services, ctx)
  const changed = await services.verifications.setUsername(verification!.id, readUsername(services.config, typed))
  if (!changed) throw noCode()
  const account = await register(services, changed, originOf(ctx, client))
  if (!account) {
    throw new Refused('username.taken', {
      status: 409,
      field: 'username',
      says: 'username.taken_too',
    })
  }
  await go(attempt => registered(attempt, changed, account))
}

function noCode(): Refused {
  return new Refused('verification.none')
}
