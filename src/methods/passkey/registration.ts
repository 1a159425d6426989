// Making a passkey (WebAuthn Level 3, section 7.1), without HTTP and without a store.
import type { PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { Refused } from '../../lib/errors.ts'
import type { PasskeyData } from './data.ts'
import type { RelyingParty } from './relying-party.ts'
import { descriptorOf } from './authentication.ts'
import { CEREMONY_TIME, loadWebAuthn } from './ceremony.ts'

/** EdDSA, ES256, RS256, in the numbers of COSE (RFC 9053): the three that Chromium warns about when one is missing. */
const ALGORITHMS = [-8, -7, -257]

export interface NewPasskey {
  /** Base64url. */
  challenge: string
  accountId: string
  /** What the person's list of passkeys shows. */
  userName: string
  displayName: string
  /** What the account has already, so that no authenticator makes a second one. */
  known: readonly Pick<PasskeyData, 'credentialId' | 'transports'>[]
  /** It will be the only way in: so it has to be found without a name, and to verify the person by itself. */
  alone: boolean
}

export async function creationOptions(
  rp: RelyingParty,
  wanted: NewPasskey,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await loadWebAuthn()
  return generateRegistrationOptions({
    rpID: rp.id,
    rpName: rp.name,
    challenge: Buffer.from(wanted.challenge, 'base64url'),
    userID: userIdOf(wanted.accountId),
    userName: wanted.userName,
    userDisplayName: wanted.displayName,
    timeout: CEREMONY_TIME,
    // Whoever asks for more shows the person a warning, and shuts out what they have.
    attestationType: 'none',
    excludeCredentials: wanted.known.map(descriptorOf),
    // A security key that can keep nothing more, or has no PIN, is a second factor still.
    authenticatorSelection: wanted.alone
      ? { residentKey: 'required', userVerification: 'required' }
      : { residentKey: 'preferred', userVerification: 'preferred' },
    supportedAlgorithmIDs: ALGORITHMS,
  })
}

/** What an authenticator keeps of whose it is: the account's id, random and no name of the person (section 14.6.1). */
export function userIdOf(accountId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(accountId))
}

export interface MadePasskey {
  data: PasskeyData
  userVerified: boolean
  /** False for one that was made without asking. */
  userPresent: boolean
}

/** @throws Refused `passkey.invalid` with what was wrong as its private cause; `passkey.not_alone` */
export async function verifyNewPasskey(
  rp: RelyingParty,
  response: RegistrationResponseJSON,
  { challenge, alone, silent = false }: { challenge: string; alone: boolean; silent?: boolean },
): Promise<MadePasskey> {
  const { verifyRegistrationResponse } = await loadWebAuthn()
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: rp.origins,
    expectedRPID: rp.id,
    supportedAlgorithmIDs: ALGORITHMS,
    requireUserVerification: alone,
    // Made without asking, after a password was used (section 5.1.3): nobody had to touch anything.
    requireUserPresence: !silent,
  }).catch((cause: unknown) => {
    throw invalid(cause)
  })
  if (!verified) throw invalid(new Error('the attestation does not hold'))

  const { credential, aaguid, credentialDeviceType, credentialBackedUp, userVerified } = registrationInfo
  const backupEligible = credentialDeviceType === 'multiDevice'
  // Who does not say, was asked for one that is found without a name where it must be.
  const discoverable = response.clientExtensionResults.credProps?.rk ?? (alone || backupEligible)
  if (alone && !discoverable) {
    throw new Refused('passkey.not_alone')
  }
  return {
    userVerified,
    userPresent: !silent,
    data: {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: credential.transports ?? [],
      aaguid,
      backupEligible,
      backedUp: credentialBackedUp,
      discoverable,
      // What is copied to other devices always does, if only when it is asked to.
      verifiesUser: userVerified || backupEligible,
    },
  }
}

function invalid(cause: unknown): Refused {
  return new Refused('passkey.invalid', { says: 'passkey.not_added', cause })
}
