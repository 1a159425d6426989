// What a hash of another program's is to us: something that a password can be held against, as long as it costs no more than
// a sign-in may. It is read anew for each look, so that nobody relies on what was checked when it was brought in.
import { timingSafeEqual } from 'node:crypto'

/** Whether the password is the one. It runs for up to seconds, hence on a thread (hash-threads.ts). */
export type Matches = (password: string) => boolean

/** @returns undefined for what is of another form @throws UnusableHash for what is of this form, and broken or too costly */
export type Format = (stored: string) => Matches | undefined

/** The message names what was expected and what came, and nothing of the hash itself. */
export class UnusableHash extends Error {
  override readonly name = 'UnusableHash'
}

/** @throws UnusableHash beyond `most`: whoever brings in a hash must not be able to stall the server by it */
export function bounded(what: string, value: number, most: number, least = 1): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new UnusableHash(`${what}: expected ${least} to ${most}, got ${value}`)
}

/** Base64 in its ways of being written: with or without padding, in the alphabet for addresses, or with `.` for `+`. */
export function bytesOf(base64: string): Buffer {
  return Buffer.from(base64.replaceAll('.', '+'), 'base64')
}

export function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
