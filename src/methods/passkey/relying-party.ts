// Latchkey as browsers and authenticators know it (WebAuthn Level 3, section 5.1.2).
import type { Config } from '../../lib/config/schema.ts'

export interface RelyingParty {
  /** A passkey works below this domain, and nowhere else. */
  id: string
  name: string
  /** Where a ceremony may take place: the issuer, and what `/.well-known/webauthn` relates to it. */
  origins: string[]
}

export function relyingPartyOf({
  issuer,
  rpId,
  name,
  relatedOrigins,
}: Pick<Config, 'issuer' | 'rpId' | 'name' | 'relatedOrigins'>): RelyingParty {
  return { id: rpId ?? new URL(issuer).hostname, name, origins: [issuer, ...relatedOrigins] }
}
