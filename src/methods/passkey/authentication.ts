// Signing in with a passkey (WebAuthn Level 3, section 7.2), without HTTP and without a store.
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { Refused } from '../../lib/errors.ts'
import type { PasskeyData } from './data.ts'
import type { RelyingParty } from './relying-party.ts'
import { CEREMONY_TIME, loadWebAuthn } from './ceremony.ts'

export interface Asked {
  /** Base64url. */
  challenge: string
  /** Whether it has to verify the person by itself (PIN, fingerprint): otherwise it is a second factor alone. */
  verifyUser: boolean
  /** Only for a person who has proven something already: the list would tell a stranger what an account has. */
  allow?: readonly Pick<PasskeyData, 'credentialId' | 'transports'>[]
}

export async function requestOptions(rp: RelyingParty, asked: Asked): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await loadWebAuthn()
  return generateAuthenticationOptions({
    rpID: rp.id,
    challenge: Buffer.from(asked.challenge, 'base64url'),
    timeout: CEREMONY_TIME,
    userVerification: asked.verifyUser ? 'required' : 'preferred',
    ...(asked.allow ? { allowCredentials: asked.allow.map(descriptorOf) } : {}),
  })
}

export function descriptorOf({ credentialId: id, transports }: Pick<PasskeyData, 'credentialId' | 'transports'>) {
  return { id, transports }
}

/** What a right answer says of the authenticator. */
export interface Seen {
  userVerified: boolean
  counter: number
  backupEligible: boolean
  backedUp: boolean
}

/**
 * Everything that can be said without the record's last state: the signature, where it was made, for which challenge.
 * @throws Refused `passkey.invalid` with what was wrong as its private cause
 */
export async function verifyAssertion(
  rp: RelyingParty,
  response: AuthenticationResponseJSON,
  { publicKey, credentialId }: Pick<PasskeyData, 'publicKey' | 'credentialId'>,
  { challenge, verifyUser }: Pick<Asked, 'challenge' | 'verifyUser'>,
): Promise<Seen> {
  const { verifyAuthenticationResponse } = await loadWebAuthn()
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: rp.origins,
    expectedRPID: rp.id,
    requireUserVerification: verifyUser,
    // The count is compared where it is written, in one step, and only of an answer whose signature is right.
    credential: { id: credentialId, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 },
  }).catch((cause: unknown) => {
    throw invalid(cause)
  })
  if (!verified) throw invalid(new Error('the signature is not that of the key'))
  return {
    userVerified: authenticationInfo.userVerified,
    counter: authenticationInfo.newCounter,
    backupEligible: authenticationInfo.credentialDeviceType === 'multiDevice',
    backedUp: authenticationInfo.credentialBackedUp,
  }
}

/**
 * What is kept after this use, or why it must not count (section 7.2, steps 19 and 22): whether a key may be copied is
 * decided for good when it is made, and a count that does not go up means that there are two of it.
 */
export function afterUse(
  known: PasskeyData,
  seen: Seen,
): PasskeyData | 'passkey.backup_changed' | 'passkey.counter_back' {
  if (known.backupEligible !== seen.backupEligible) return 'passkey.backup_changed'
  const counts = seen.counter > 0 || known.counter > 0
  if (counts && seen.counter <= known.counter) return 'passkey.counter_back'
  return { ...known, counter: seen.counter, backedUp: seen.backedUp }
}

function invalid(cause: unknown): Refused {
  return new Refused('passkey.invalid', { cause })
}
