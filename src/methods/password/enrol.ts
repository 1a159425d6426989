// A password for an account that is signed in: its first, or another in the place of the one it has.
import { credentialsOf, onlyCredentialId } from '../../core/credentials.ts'
import type { Enrolled, Enrolling, MethodServices, Shown } from '../method.ts'
import { checkNewPassword } from './rules.ts'

export async function enrolPage({ config }: MethodServices, who: Enrolling): Promise<Shown> {
  return {
    view: 'methods/password/enrol',
    locals: { minLength: config.passwordMinLength, identifier: who.account.email },
  }
}

/** @throws Refused `password.…` for one that is not good enough */
export async function confirmPassword(
  { config, credentials, hasher }: MethodServices,
  { account }: Enrolling,
  form: Record<string, string>,
): Promise<Enrolled> {
  const text = form.password ?? ''
  checkNewPassword(text, config.passwordMinLength, [account.email, account.username, account.profile.name])
  const id = onlyCredentialId('password', account.id)
  const [hash, all] = await Promise.all([hasher.hash(text), credentialsOf(credentials, account.id)])
  const now = Date.now()
  return {
    kind: 'enrolled',
    credential: { id, accountId: account.id, method: 'password', data: { hash }, createdAt: now, updatedAt: now },
    // Whoever knew the old one may still be signed in by it.
    endsSessions: all.some(known => known.id === id),
  }
}
