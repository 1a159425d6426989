// Another password in the middle of a sign-in, where an admin, its age or its length asks for one.
import type { Step } from '../../core/signin/next-step.ts'
import { countsFrom } from '../../core/signin/proof.ts'
import type { Shown } from '../../methods/method.ts'
import { STRENGTH_SCRIPT } from '../../methods/password/meter.ts'
import { minLengthFor } from '../../methods/password/rules.ts'
import { changePassword } from '../../methods/password/set.ts'
import { leaveEndedSession } from '../attempt/ended-session.ts'
import { originOf, type Submission } from '../attempt/page.ts'
import { outlastReset } from './prove.ts'
import type { SignInServices } from '../services.ts'
import type { Situated } from '../attempt/situation.ts'

export async function changePasswordPage(
  services: SignInServices,
  { attempt, account }: Pick<Situated, 'attempt' | 'account'>,
  reason: Extract<Step, { kind: 'change-password' }>['reason'],
): Promise<Shown> {
  return {
    view: 'signin/change-password',
    locals: {
      action: `/signin/${attempt.id}/password`,
      identifier: account!.email,
      minLength: await minLengthFor(services, account!),
      reason,
    },
    script: STRENGTH_SCRIPT,
  }
}

/** All that was obtained by the old one ends; this sign-in goes on by what was proven in it. */
export async function choosePassword({
  services,
  ctx,
  client,
  account,
  interaction,
  form,
  go,
}: Submission): Promise<void> {
  const origin = originOf(ctx, client)
  const { id } = account!
  await changePassword(services, account!, form.text('password'), 'person', origin)
  await services.endEverywhere(id, 'password_changed', origin)
  await leaveEndedSession(interaction)
  const { validFrom } = (await services.accounts.get(id)) ?? account!
  await outlastReset({ validFrom })
  await go(attempt =>
    attempt.accountId === id
      ? {
          ...attempt,
          proofs: attempt.proofs
            .filter(proof => proof.at >= attempt.startedAt)
            .map(proof => ({ ...proof, at: countsFrom(Date.now(), attempt, validFrom) })),
        }
      : undefined,
  )
}
