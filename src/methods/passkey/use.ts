import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Credential } from '../../core/credentials.ts'
import { Refused } from '../../lib/errors.ts'
import { RefusedOf, type MethodServices } from '../method.ts'
import { afterUse, verifyAssertion, type Asked, type Seen } from './authentication.ts'
import { passkeyRecordId, readPasskey, type PasskeyData } from './data.ts'
import { relyingPartyOf } from './relying-party.ts'

export interface UsedPasskey {
  accountId: string
  data: PasskeyData
  seen: Seen
}

/**
 * Checks an answer to a challenge, and keeps what it says of the passkey. The passkey tells whose it is.
 * @throws Refused `passkey.unknown`, `passkey.invalid`, `passkey.counter_back`, `passkey.backup_changed`
 */
export async function usePasskey(
  { config, credentials }: Pick<MethodServices, 'config' | 'credentials'>,
  response: AuthenticationResponseJSON,
  asked: Pick<Asked, 'challenge' | 'verifyUser'>,
): Promise<UsedPasskey> {
  const record = await credentials.get(passkeyRecordId(response.id))
  if (!record) throw unknown()
  const seen = await verifyAssertion(relyingPartyOf(config), response, readPasskey(record.data), asked)
  if (!isHandleOf(response, record)) throw new Refused('passkey.invalid', { says: NOT_ACCEPTED })

  let refused = unknown()
  const now = Date.now()
  const kept = await credentials.update(record.id, known => {
    const next = afterUse(readPasskey(known.data), seen)
    if (typeof next !== 'string') return { ...known, data: next, usedAt: now }
    refused = new RefusedOf(known.accountId, next, { says: NOT_ACCEPTED })
    return undefined
  })
  if (!kept) throw refused
  return { accountId: kept.accountId, data: readPasskey(kept.data), seen }
}

export const NOT_ACCEPTED = 'passkey.not_accepted'

/** The account that the authenticator names must be the one that the passkey was made for (section 7.2, step 6). */
function isHandleOf({ response }: AuthenticationResponseJSON, { accountId }: Credential): boolean {
  return response.userHandle === undefined || Buffer.from(response.userHandle, 'base64url').toString() === accountId
}

function unknown(): Refused {
  return new Refused('passkey.unknown')
}
