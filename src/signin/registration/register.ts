import type { Account } from '../../core/accounts/account.ts'
import type { Attempt } from '../../core/attempts.ts'
import type { Secured, Verification } from '../../core/accounts/verifications.ts'
import type { Origin } from '../../core/events/events.ts'
import { invitationGone } from '../../core/links/invitations.ts'
import { Refused } from '../../lib/errors.ts'
import { countsFrom, type Proof } from '../../core/signin/proof.ts'
import type { NewPassword } from '../../methods/password/data.ts'
import { passwordProof } from '../../methods/password/password.ts'
import { removePassword, storePassword } from '../../methods/password/set.ts'
import type { SignInServices } from '../services.ts'

/**
 * What a proven address leads to: a registration becomes an account, an account's address becomes verified. It may run
 * twice (two tabs, a crash in between) and makes one account, because the account has the verification's id. The entry is
 * written first, so that no act is without one; an act that is refused then is an entry of its own.
 * @returns undefined while something is missing: a way to sign in, or another username where that one was taken meanwhile
 * @throws Refused `email.taken` when the address was registered meanwhile
 */
export async function register(
  services: SignInServices,
  verification: Pick<Verification, 'id' | 'email' | 'accountId' | 'registration'>,
  origin: Origin,
): Promise<Account | undefined> {
  const { accounts, events } = services
  const { registration, email } = verification
  if (!registration) {
    const accountId = verification.accountId!
    if ((await accounts.get(accountId))?.email === email)
      await events.emit({ type: 'account.verified', ...origin, accountId, details: {} })
    const account = await accounts.verifyEmail(accountId, email)
    if (!account)
      throw new Refused('verification.none', {
        field: 'code',
        says: 'verification.other_address',
      })
    return account
  }

  const known = await accounts.get(verification.id)
  if (known) return known
  // Looked for first, so that what is taken already leaves no entry of an account that never was. It may be this very
  // registration that has taken it, by a parallel request.
  const taken = await accounts.byIdentifier(email)
  if (taken?.id === verification.id) return taken
  if (taken) throw registeredMeanwhile()
  const { secured } = registration
  if (!secured) return undefined
  const named = registration.username ? await accounts.byIdentifier(registration.username) : undefined
  if (named) return named.id === verification.id ? named : undefined

  // The way to sign in first: without its account it is nothing, while an account without it could not sign in.
  const accountId = verification.id
  await useInvitation(services, registration.invitationId, accountId, origin)
  await secureAccount(services, accountId, secured)
  const entry = { type: 'account.registered', ...origin, accountId, details: { by: 'person' } } as const
  await events.emit(entry)
  for (const role of registration.roles ?? [])
    await events.emit({ type: 'role.assigned', ...origin, accountId, details: { role } })
  if (registration.groups)
    await events.emit({
      type: 'groups.changed',
      ...origin,
      accountId,
      details: { added: registration.groups, removed: [] },
    })
  try {
    return await accounts.create({
      id: accountId,
      email,
      emailVerified: true,
      ...(registration.username ? { username: registration.username } : {}),
      profile: registration.profile,
      ...(registration.language ? { language: registration.language } : {}),
      ...(registration.roles ? { roles: registration.roles } : {}),
      ...(registration.groups ? { groups: registration.groups } : {}),
      ...(registration.fields ? { fields: registration.fields } : {}),
      ...(registration.terms ? { terms: registration.terms } : {}),
    })
  } catch (error) {
    // A parallel request was first, and what is taken was taken by this very registration.
    const made = await accounts.get(accountId)
    if (made) return made
    if ('passwordHash' in secured) await removePassword(services, accountId)
    else await removeOwn(services, secured.credential.id, accountId)
    if (registration.invitationId) await services.invitations.giveBack(registration.invitationId, accountId)
    if (!(error instanceof Refused)) throw error
    await events.emit({ ...entry, outcome: 'failure' })
    if (error.code === 'username.taken') return undefined
    throw error.code === 'email.taken' ? registeredMeanwhile() : error
  }
}

/** Of two who accept one invitation, the first to become an account has it. @throws Refused `invitation.gone`, 410 */
async function useInvitation(
  { invitations, events }: SignInServices,
  id: string | undefined,
  accountId: string,
  origin: Origin,
): Promise<void> {
  if (id === undefined) return
  const { address = '', userAgent = '' } = origin
  if (!(await invitations.use(id, accountId, { address, userAgent }))) throw invitationGone(await invitations.get(id))
  await events.emit({ type: 'invitation.used', ...origin, accountId, details: { invitation: id } })
}

async function secureAccount(services: SignInServices, accountId: string, secured: Secured): Promise<void> {
  if ('passwordHash' in secured) {
    const { passwordHash: hash, passwordShort: short } = secured
    return storePassword(services, accountId, { hash, ...(short ? { short } : {}) })
  }
  const { credential, proof } = secured
  const made = { ...credential, accountId, createdAt: proof.at, updatedAt: proof.at }
  const kept = await services.credentials.upsert(credential.id, known => known ?? made)
  if (kept?.accountId !== accountId) throw registeredMeanwhile()
}

/** A passkey that was stored for an account that never came to be; never one that is another's. */
async function removeOwn({ credentials }: SignInServices, id: string, accountId: string): Promise<void> {
  if ((await credentials.get(id))?.accountId === accountId) await credentials.remove(id)
}

/** A password that waits until its owner's address is proven. */
export function securedBy({ hash, short }: NewPassword): Secured {
  return { passwordHash: hash, ...(short ? { passwordShort: short } : {}) }
}

/** Said of the form as a whole: the page that this happens on has no field for the address. */
function registeredMeanwhile(): Refused {
  return new Refused('email.taken', { status: 409, says: 'email.registered' })
}

/** The attempt that set out to prove this address, with the account that came of it. */
export function registered(attempt: Attempt, verification: Verification, account: Account): Attempt {
  if (attempt.verificationId !== verification.id) return attempt
  const secured = verification.registration?.secured
  return {
    ...attempt,
    accountId: account.id,
    identifier: account.email,
    selected: true,
    ...(secured && 'credential' in secured ? { added: [secured.credential.method] } : {}),
    proofs: verification.registration ? [proofOf(verification, account, attempt)] : attempt.proofs,
  }
}

/** What a registration was secured with was given by the one who has proven the address, and no later than then. */
function proofOf({ registration, provenAt = 0 }: Verification, { createdAt }: Account, attempt: Attempt): Proof {
  const secured = registration!.secured!
  const at = countsFrom(Math.max(provenAt, createdAt), attempt)
  return 'proof' in secured ? { ...secured.proof, at: Math.max(secured.proof.at, at) } : passwordProof(at)
}
