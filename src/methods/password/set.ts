// The one way in which a password becomes an account's. What may be one says rules.ts.
import { withoutPasswordChange, type Account } from '../../core/accounts/account.ts'
import { onlyCredentialId, type Credential } from '../../core/credentials.ts'
import type { EventDetails } from '../../core/events/catalog.ts'
import type { Events, Origin } from '../../core/events/events.ts'
import type { MethodServices } from '../method.ts'
import { passwordDataSchema, type NewPassword, type PasswordData } from './data.ts'
import { hashPassword, newPassword, type RulesServices } from './rules.ts'

type Storing = Pick<MethodServices, 'config' | 'credentials' | 'accounts'>

/**
 * Gives an account another password: checked, entered in the audit log, stored. Whoever calls it ends what was obtained
 * by the one before (`sessions.endEverywhere`).
 * @throws Refused as `newPassword` does; nothing has changed then
 */
export async function changePassword(
  services: RulesServices & { events: Events },
  account: Account,
  text: string,
  by: EventDetails<'password.changed'>['by'],
  origin: Origin,
): Promise<void> {
  const made = await newPassword(services, text, account)
  // Written first, so that no act is without its entry.
  await services.events.emit({ type: 'password.changed', ...origin, accountId: account.id, details: { by } })
  await storePassword(services, account.id, made)
}

/** Gives the account this password, in the place of any other. It has been checked by the rules before. */
export async function enrolPassword(
  services: Storing & Pick<MethodServices, 'hasher'>,
  accountId: string,
  text: string,
): Promise<void> {
  await storePassword(services, accountId, await hashPassword(services, text))
}

export async function storePassword(services: Storing, accountId: string, made: NewPassword): Promise<void> {
  await services.credentials.upsert(onlyCredentialId('password', accountId), known =>
    passwordCredential(services, accountId, made, known),
  )
  await settleChange(services, accountId)
}

/** What asked for another password is answered by this one. */
export async function settleChange({ accounts }: Pick<MethodServices, 'accounts'>, accountId: string): Promise<void> {
  await accounts.change(accountId, withoutPasswordChange)
}

/**
 * Gives a new account the password whose hash another program has made. It is sealed: it may be weak, or hold what none of
 * ours would. At the first sign-in one of ours takes its place.
 */
export async function storeForeignHash(
  { credentials, hasher, sealer }: Pick<MethodServices, 'credentials' | 'hasher' | 'sealer'>,
  accountId: string,
  hash: string,
): Promise<void> {
  const now = Date.now()
  const data: PasswordData = hasher.isOutdated(hash) ? { sealed: await sealer.seal(hash) } : { hash }
  const id = onlyCredentialId('password', accountId)
  await credentials.upsert(id, () => ({ id, accountId, method: 'password', data, createdAt: now, updatedAt: now }))
}

/** The credential of a password, in the place of the one that is there. */
export function passwordCredential(
  { config }: Pick<MethodServices, 'config'>,
  accountId: string,
  made: NewPassword,
  known: Credential | undefined,
): Credential {
  const now = Date.now()
  const before = known && passwordDataSchema.parse(known.data)
  // The present one is the first of those that cannot be chosen again; another program's is not kept for that.
  const formers = [...(before?.hash ? [before.hash] : []), ...(before?.history ?? [])]
  const history = formers.slice(0, Math.max(0, config.passwordHistory - 1))
  return {
    id: onlyCredentialId('password', accountId),
    accountId,
    method: 'password',
    data: { ...made, ...(history.length > 0 ? { history } : {}), chosenAt: now },
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  }
}

/** Takes the password of an account that was not made after all. */
export async function removePassword(
  { credentials }: Pick<MethodServices, 'credentials'>,
  accountId: string,
): Promise<void> {
  await credentials.remove(onlyCredentialId('password', accountId))
}
