// Names for authenticators by their AAGUID. The names are those of the package `aaguids` (MIT), which follows the list
// that passkey providers keep together (github.com/passkeydeveloper/passkey-authenticator-aaguids) and FIDO's metadata.
import { createRequire } from 'node:module'
import type { Translate } from '../../lib/languages/language.ts'

const names = createRequire(import.meta.url)('aaguids') as Record<string, string>

/**
 * What a person may know it by: "iCloud Keychain", "YubiKey 5 Series". The authenticator says so itself and nothing
 * proves it, so it names a passkey in a list, and decides nothing.
 */
export function authenticatorName(aaguid: string): string | undefined {
  return Object.hasOwn(names, aaguid) ? names[aaguid] : undefined
}

/** A first name for a new passkey, until its owner gives it one. */
export function namePasskey({ aaguid, transports, backupEligible }: Facts, t: Translate): string {
  const known = authenticatorName(aaguid)
  if (known) return known
  if (backupEligible) return t('methods:passkey.name')
  return t(transports.includes('internal') ? 'methods:passkey.onThisDevice' : 'methods:passkey.securityKey')
}

interface Facts {
  aaguid: string
  transports: readonly string[]
  backupEligible: boolean
}
