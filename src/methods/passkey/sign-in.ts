// A passkey in a sign-in: what the browser is asked, and what comes of its answer.
import { randomBytes } from 'node:crypto'
import type { Account } from '../../core/accounts/account.ts'
import type { Bound } from '../../core/challenges.ts'
import { Refused } from '../../lib/errors.ts'
import { RefusedOf, type Asked, type MethodServices, type Try } from '../method.ts'
import { requestOptions } from './authentication.ts'
import { CEREMONY_TIME } from './ceremony.ts'
import { canBegin, type PasskeyData } from './data.ts'
import { ownPasskeys } from './enrol.ts'
import { relyingPartyOf } from './relying-party.ts'
import { readAuthentication } from './responses.ts'
import { NOT_ACCEPTED, usePasskey } from './use.ts'

export async function signInOptions(services: MethodServices, asked: Asked): Promise<object> {
  const value = randomBytes(32).toString('base64url')
  await services.challenges.begin(boundTo(asked), { data: { value }, lasts: CEREMONY_TIME / 1000 })
  return requestOptions(relyingPartyOf(services.config), {
    challenge: value,
    verifyUser: mustVerify(asked),
    ...(asked.role === 'second' && asked.account ? { allow: await ownPasskeys(services, asked.account) } : {}),
  })
}

/**
 * @throws Refused `passkey.missing`, `passkey.malformed`, `passkey.expired`, `passkey.unknown`, `passkey.invalid`,
 * `passkey.counter_back`, `passkey.backup_changed`, `passkey.other_account`, `passkey.second_only`
 */
export async function verifySignIn(
  services: MethodServices,
  attempted: Try,
): Promise<{ account: Account; data: PasskeyData; userVerified: boolean }> {
  const response = readAuthentication(attempted.form.response ?? '')
  const challenge = await services.challenges.take(boundTo(attempted))
  if (!challenge) throw new Refused('passkey.expired')

  const asked = { challenge: String(challenge.data.value), verifyUser: mustVerify(attempted) }
  const { accountId, data, seen } = await usePasskey(services, response, asked)
  // Whoever typed a name meant it: a passkey of somebody else does not change who is asked.
  const { account = await services.accounts.get(accountId), identifier } = attempted
  const isOther = attempted.account ? attempted.account.id !== accountId : identifier !== ''
  if (!account || isOther) {
    throw new Refused('passkey.other_account')
  }
  // Whoever finds a key that asks nothing can give it a PIN of their own: it stays the second factor that it was added as.
  if (mustVerify(attempted) && !canBegin(data)) {
    throw new RefusedOf(accountId, 'passkey.second_only', { says: NOT_ACCEPTED })
  }
  return { account, data, userVerified: seen.userVerified && data.verifiesUser }
}

/** Alone it has to be two factors; after another proof, a touch is enough. */
function mustVerify({ role }: Pick<Asked, 'role'>): boolean {
  return role === 'first'
}

function boundTo({ owner, account }: Pick<Asked, 'owner' | 'account'>): Bound {
  return { owner, method: 'passkey', purpose: 'prove', accountId: account?.id }
}
