// A password for an account that is signed in: its first, or another in the place of the one it has.
import { credentialsOf, onlyCredentialId } from '../../core/credentials.ts'
import type { Enrolled, Enrolling, MethodServices, Shown } from '../method.ts'
import { STRENGTH_SCRIPT } from './meter.ts'
import { minLengthFor, newPassword } from './rules.ts'
import { passwordCredential, settleChange } from './set.ts'

export async function enrolPage(services: MethodServices, { account }: Enrolling): Promise<Shown> {
  return {
    view: 'methods/password/enrol',
    locals: { minLength: await minLengthFor(services, account), identifier: account.email },
    script: STRENGTH_SCRIPT,
  }
}

/** @throws Refused `password.…` for one that is not good enough */
export async function confirmPassword(
  services: MethodServices,
  { account }: Enrolling,
  form: Record<string, string>,
): Promise<Enrolled> {
  const made = await newPassword(services, form.password ?? '', account)
  const id = onlyCredentialId('password', account.id)
  const replaced = (await credentialsOf(services.credentials, account.id)).some(known => known.id === id)
  return {
    kind: 'enrolled',
    credential: passwordCredential(services, account.id, made, undefined),
    over: known => passwordCredential(services, account.id, made, known),
    done: () => settleChange(services, account.id),
    // Whoever knew the old one may still be signed in by it.
    ...(replaced ? { endsSessions: true, event: { type: 'password.changed', details: { by: 'person' } } } : {}),
  }
}
