// The last step of a registration that chose no password: a passkey is made, or a password chosen after all. Only then
// does it become an account.
import type { Secured, Verification } from '../../core/accounts/verifications.ts'
import { Refused } from '../../lib/errors.ts'
import { newPasskeyOptions, takeNewPasskey, type Maker } from '../../methods/passkey/enrol.ts'
import { passkeyProof } from '../../methods/passkey/passkey.ts'
import { minLengthFor, newPassword, type Newcomer } from '../../methods/password/rules.ts'
import type { Shown } from '../../methods/method.ts'
import type { Submission } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import type { Situated } from '../attempt/situation.ts'
import { securedBy } from './register.ts'
import { proven } from './verify.ts'

/** It will be the account's only way in. */
const ALONE = { alone: true }

export async function securePage(
  services: SignInServices,
  { attempt, verification }: Pick<Situated, 'attempt' | 'verification'>,
  errors: Record<string, string>,
): Promise<Shown> {
  return {
    view: 'signin/secure',
    locals: {
      action: `/signin/${attempt.id}/secure`,
      email: verification!.email,
      options: await newPasskeyOptions(services, makerOf(attempt.id, verification!), ALONE),
      minLength: await minLengthFor(services, newcomerOf(verification!)),
      errors,
    },
    script: 'passkey.js',
  }
}

export async function secure(submission: Submission): Promise<void> {
  const { services, verification } = submission
  const secured = submission.form.text('response') ? await byPasskey(submission) : await byPassword(submission)
  const changed = await services.verifications.secure(verification!.id, secured)
  if (!changed) throw new Refused('registration.secured')
  await proven(submission, changed)
}

async function byPasskey({ services, attempt, verification, form }: Submission): Promise<Secured> {
  const maker = makerOf(attempt.id, verification!)
  const { credential, data, userVerified } = await takeNewPasskey(services, maker, form.fields, ALONE)
  const { id, method } = credential
  return { credential: { id, method, data }, proof: passkeyProof(data, userVerified) }
}

async function byPassword({ services, verification, form }: Submission): Promise<Secured> {
  return securedBy(await newPassword(services, form.text('password'), newcomerOf(verification!)))
}

function newcomerOf({ email, registration }: Verification): Newcomer {
  return { email, ...registration }
}

/** The account will have the verification's id: so a passkey can name it before it is there. */
function makerOf(owner: string, { id, email, registration }: Verification): Maker {
  return { owner, account: { id, email, profile: registration!.profile } }
}
