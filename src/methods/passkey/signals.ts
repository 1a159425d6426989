import { userIdOf } from './registration.ts'
import type { PasskeyData } from './data.ts'
import type { RelyingParty } from './relying-party.ts'

/**
 * For the browser's own list of passkeys: which of them still count (WebAuthn Level 3, section 5.1.10.3). It hides the
 * others, so that nobody is offered one that was removed.
 */
export function acceptedSignal({ id: rpID }: RelyingParty, accountId: string, own: readonly PasskeyData[]): object {
  return {
    signalName: 'allAcceptedCredentials',
    rpID,
    userID: Buffer.from(userIdOf(accountId)).toString('base64url'),
    allAcceptedCredentialIDs: own.map(({ credentialId }) => credentialId),
  }
}
