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
  /** Whether it is found without a name; one that is not can only be a second factor. */
  discoverable: z.boolean(),
})

export type PasskeyData = z.infer<typeof dataSchema>

export function readPasskey(data: Record<string, unknown>): PasskeyData {
  return dataSchema.parse(data)
}

/** The id of our record of it: found by what the authenticator names it, without an index, and of one length. */
export function passkeyRecordId(credentialId: string): string {
  return `passkey:${sha256(credentialId)}`
}
