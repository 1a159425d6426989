import { hash, randomFillSync } from 'node:crypto'

/** Random bytes are made many at a time, as asking for a few costs as much, and are each given out once. */
const pool = Buffer.allocUnsafeSlow(4096)
let given = pool.length

/** So many random bytes, as text. */
function random(bytes: number, encoding: 'base64url' | 'hex'): string {
  if (given + bytes > pool.length) {
    randomFillSync(pool)
    given = 0
  }
  given += bytes
  return pool.toString(encoding, given - bytes, given)
}

/** An id that cannot be guessed: 128 random bits, 22 characters. It does not look like an option on a command line. */
export function newId(): string {
  const id = random(16, 'base64url')
  return id.startsWith('-') ? newId() : id
}

/** A bearer secret: 256 random bits, 43 characters. */
export function newSecret(): string {
  return random(32, 'base64url')
}

/** SHA-256 as base64url, 43 characters. For values that are random already; passwords need argon2. */
export function sha256(value: string): string {
  return hash('sha256', value, 'base64url')
}

let lastTime = 0
let inSameTime = 0

/**
 * An id that sorts by its time of making, byte by byte: 12 hex digits of milliseconds, 4 that count within one of them (in
 * one process), then 48 random bits; 28 characters.
 */
export function timeId(): string {
  const now = Date.now()
  inSameTime = now === lastTime ? (inSameTime + 1) & 0xffff : 0
  lastTime = now
  const count = inSameTime.toString(16).padStart(4, '0')
  return timeIdFrom(now) + count + random(6, 'hex')
}

/** What ids of that time (epoch milliseconds) and later do not sort before. */
export function timeIdFrom(at: number): string {
  return at.toString(16).padStart(12, '0')
}
