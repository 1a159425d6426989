import { hkdfSync } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose'

/** Seals text under the secrets of the configuration, so that the store alone does not give it away. */
export type Sealer = {
  /** A compact JWE (RFC 7516) under the newest secret. */
  seal(text: string): Promise<string>
  /** The text again, by whichever secret sealed it. Throws UnsealError when none did or a bit was changed. */
  unseal(sealed: string): Promise<string>
  /** Whether the newest secret sealed it, so that sealing it anew would change nothing. */
  isNewest(sealed: string): boolean
}

/** What was sealed cannot be opened; the message says why, and names no secret. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError'
}

/** Keys of 32 bytes for one purpose, one for each secret in their order (HKDF-SHA-256, RFC 5869). */
export function deriveKeys(secrets: readonly string[], purpose: string): Buffer[] {
  return secrets.map(secret => derive(secret, purpose, 32))
}

/** A sealer over the secrets, newest first: the first one seals, each one opens. */
export function createSealer(secrets: readonly string[]): Sealer {
  const keys = new Map(
    secrets.map(secret => [derive(secret, 'seal kid', 6).toString('base64url'), derive(secret, 'seal', 32)]),
  )
  const [newest] = keys
  if (!newest) throw new Error('a sealer needs at least one secret')
  const [kid, key] = newest

  return {
    seal: text =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
        .encrypt(key),

    isNewest: sealed => kidOf(sealed) === kid,

    async unseal(sealed) {
      const opener = keys.get(kidOf(sealed))
      if (!opener)
        throw new UnsealError(`sealed under a secret that LATCHKEY_SECRETS does not hold (kid ${kidOf(sealed)})`)
      try {
        const { plaintext } = await compactDecrypt(sealed, opener, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
        return new TextDecoder().decode(plaintext)
      } catch (cause) {
        throw new UnsealError('what was sealed has been changed', { cause })
      }
    },
  }
}

function kidOf(sealed: string): string {
  try {
    return String(decodeProtectedHeader(sealed).kid)
  } catch (cause) {
    throw new UnsealError('not something that was sealed', { cause })
  }
}

function derive(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'latchkey', purpose, bytes))
}
