import { createHash, randomBytes } from 'node:crypto'

/** An id that cannot be guessed: 128 random bits, 22 characters. It does not look like an option on a command line. */
export function newId(): string {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? newId() : id
}

/** A bearer secret: 256 random bits, 43 characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256 as base64url, 43 characters. For values that are random already; passwords need argon2. */
export function sha256(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}

/** An id that sorts by its time of making, byte by byte: 12 hex digits of milliseconds, then 64 random bits; 28 characters. */
export function timeId(): string {
  return Date.now().toString(16).padStart(12, '0') + randomBytes(8).toString('hex')
}
