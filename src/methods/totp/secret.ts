// The shared secret of an authenticator app (RFC 6238): as every app knows it, SHA-1, six digits, steps of 30 seconds.
import { Secret, TOTP } from 'otpauth'

const STEP = 30
/** RFC 4226, section 4, asks for 160 bits. */
const BYTES = 20

export function newTotpSecret(): string {
  return new Secret({ size: BYTES }).base32
}

/** The address that an app reads from a QR code. */
export function totpAddress(secret: string, issuer: string, label: string): string {
  return totpOf(secret, issuer, label).toString()
}

/**
 * The time step that a code belongs to: now, the one before or the one after (RFC 6238, section 5.2, and clocks that are
 * wrong). Undefined when it belongs to none. `at` in epoch milliseconds.
 */
export function stepOf(secret: string, code: string, at: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const delta = totpOf(secret).validate({ token: code, timestamp: at, window: 1 })
  return delta === null ? undefined : Math.floor(at / 1000 / STEP) + delta
}

/** `JBSW Y3DP …`, as people type it. */
export function inGroups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, '$& ')
}

function totpOf(secret: string, issuer = '', label = ''): TOTP {
  return new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: STEP, secret: Secret.fromBase32(secret) })
}
