// Whether a password may be somebody's: every page and command that sets one asks here (NIST SP 800-63B-4, 3.1.1.2).
import type { Account } from '../../core/accounts/account.ts'
import { ADMIN } from '../../core/accounts/accounts.ts'
import { credentialsOf, onlyCredentialId } from '../../core/credentials.ts'
import { GUARDS } from '../../core/policy/resolve.ts'
import { factsFrom } from '../facts.ts'
import type { MethodServices } from '../method.ts'
import { passwordDataSchema, storedHash, type NewPassword } from './data.ts'
import { checkShape, lengthOf, refuse } from './shape.ts'

export type RulesServices = Pick<
  MethodServices,
  'accounts' | 'config' | 'credentials' | 'hasher' | 'methods' | 'policy' | 'screen' | 'sealer'
>

/** Whose it is to be: an account, or what is known of somebody who has none yet. */
export type PasswordOwner = Account | Newcomer

export type Newcomer = Partial<Pick<Account, 'email' | 'username' | 'profile' | 'roles'>> & { id?: undefined }

/**
 * Checks a password that somebody wants, and hashes it, to be stored by `storePassword` or with a registration.
 * @throws Refused `password.…` in words for the person; `busy` (503)
 */
export async function newPassword(services: RulesServices, text: string, owner: PasswordOwner): Promise<NewPassword> {
  await checkNewPassword(services, text, owner)
  return hashPassword(services, text)
}

/**
 * @throws Refused as `checkShape` does, and `password.common`, `.breached`, `.reused`
 */
export async function checkNewPassword(services: RulesServices, text: string, owner: PasswordOwner): Promise<void> {
  const { config, screen } = services
  checkShape(text, {
    minLength: await minLengthFor(services, owner),
    characters: config.passwordCharacters,
    own: [config.name, ...namesOf(owner)],
  })
  const known = await screen(text)
  if (known === 'common') refuse('password.common')
  if (known === 'breached') refuse('password.breached')
  if (owner.id !== undefined) await checkReuse(services, text, owner.id)
}

/** Without any check: for a password that was checked before. */
export async function hashPassword(
  { config, hasher }: Pick<MethodServices, 'config' | 'hasher'>,
  text: string,
): Promise<NewPassword> {
  const hash = await hasher.hash(text)
  return lengthOf(text) < config.passwordMinLength ? { hash, short: true } : { hash }
}

/** How long a new password of theirs must be, in code points: one that signs in alone has to be longer. */
export async function minLengthFor(services: RulesServices, owner: PasswordOwner): Promise<number> {
  const { passwordMinLength: alone, passwordMinLengthWithSecondFactor: together } = services.config
  return (await isNeverAlone(services, owner)) ? Math.min(alone, together) : alone
}

/**
 * Whether a second factor is asked for after it, whatever its owner signs in to: the account has one, or policy lets nobody in
 * without.
 */
export async function isNeverAlone(services: RulesServices, owner: PasswordOwner): Promise<boolean> {
  const { policy, methods, credentials } = services
  await policy.read()
  const { roles = [] } = owner
  const settings = GUARDS.filter(guard => guard !== 'admin' || roles.includes(ADMIN)).map(
    guard => policy.resolve({ guards: [guard], roles }).settings,
  )
  // Until a grace is over, the password is all that there is.
  const laxer = settings.filter(one => one.secondFactor !== 'required' || one.secondFactorGrace > 0)
  if (laxer.length === 0) return true
  if (owner.id === undefined || laxer.some(({ secondFactor }) => secondFactor === 'off')) return false
  const own = await credentialsOf(credentials, owner.id)
  return factsFrom(methods, owner, own).some(({ protects }) => protects)
}

function namesOf({ email, username, profile = {} }: PasswordOwner): (string | undefined)[] {
  const { name, given_name, family_name, nickname } = profile
  return [email, username, name, given_name, family_name, nickname]
}

async function checkReuse(
  { config, credentials, hasher, sealer }: RulesServices,
  text: string,
  accountId: string,
): Promise<void> {
  const credential = await credentials.get(onlyCredentialId('password', accountId))
  if (!credential) return
  const data = passwordDataSchema.parse(credential.data)
  const formers = [await storedHash(sealer, data), ...(data.history ?? [])].filter(one => one !== undefined)
  for (const former of formers.slice(0, config.passwordHistory))
    if (await hasher.verify(former, text)) refuse('password.reused')
}
