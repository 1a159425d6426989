// The values of tokens and codes begin with their time, and so do the ids that they are stored under: what is written lies
// beside what was written last. Under a hash alone each would be somewhere else in the index, and cost a page of its own.
import { sha256, timeIdFrom } from '../../lib/ids.ts'

/** Twelve hex digits of time, then 256 random bits; what it begins with tells the kind. */
const TIMED = /^(?:[a-z]{3}_)?([0-9a-f]{12})[\w-]{43}$/

/** The value of a new token: `secret`, which nobody can guess, behind the time. */
export function timedToken(secret: string): string {
  return timeIdFrom(Date.now()) + secret
}

/** Where the record of a value that lets its holder in is kept. Values from before there were times in them have none. */
export function recordIdOf(value: string): string {
  const hash = sha256(value)
  const time = TIMED.exec(value)?.[1]
  return time === undefined ? hash : `${time}:${hash}`
}
