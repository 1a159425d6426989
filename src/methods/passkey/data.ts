// What is kept of a passkey. Nothing of it is secret: the private key never leaves the authenticator.
import { z } from 'zod'
import { sha256 } from '../../lib/ids.ts'

const dataSchema = z.object({
  /** Base64url, as the authenticator made it. */
  credentialId: z.string(),
  /** COSE, base64url. */
  publicKey: z.string(),
  /** Signatures so far, by the authenticator's own count; many keep none, and say 0. */
  counter: z.number(),
  transports: z.array(z.string()),
  /** The model of the authenticator, by its own word. */
  aaguid: z.string(),
  /** Whether it may be copied to other devices (the flag BE): decided at its making, and never changed. */
  backupEligible: z.boolean(),
  /** Whether it is copied now (the flag BS). */
  backedUp: z.boolean(),
  /** Whether it is found without a name. */
  discoverable: z.boolean(),
  /** Whether it could check its owner when it was made. A PIN that a key is given later does not change what it is for. */
  verifiesUser: z.boolean(),
})

export type PasskeyData = z.infer<typeof dataSchema>

export function readPasskey(data: Record<string, unknown>): PasskeyData {
  return dataSchema.parse(data)
}

/** Whether it can be the only proof; one that cannot is a second factor and nothing else. */
export function canBegin({ discoverable, verifiesUser }: Pick<PasskeyData, 'discoverable' | 'verifiesUser'>): boolean {
  return discoverable && verifiesUser
}

/** The id of our record of it: found by what the authenticator names it, without an index, and of one length. */
export function passkeyRecordId(credentialId: string): string {
  return `passkey:${sha256(credentialId)}`
}
