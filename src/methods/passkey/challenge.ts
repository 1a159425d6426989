// Challenges that say themselves what they are for and until when, so that a page with one costs no write: random bytes,
// the time, and a mark by our secret over both and the purpose. That each is used once is for whoever it is bound to:
// it notes the used ones (`useOnce`).
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { deriveKeys } from '../../lib/seal.ts'

/** How long a person may take, and how long a challenge counts. Milliseconds. */
export const CEREMONY_TIME = 5 * 60 * 1000

export interface Purpose {
  ceremony: 'get' | 'create'
  /** The id of what it was given out in: an attempt, a session. */
  within: string
}

const RANDOM = 16
const TIME = 6

/** Base64url, 54 bytes. */
export function newChallenge({ secrets }: Pick<Config, 'secrets'>, purpose: Purpose): string {
  const plain = Buffer.concat([randomBytes(RANDOM), Buffer.alloc(TIME)])
  plain.writeUIntBE(Date.now() + CEREMONY_TIME, RANDOM, TIME)
  const [newest] = deriveKeys(secrets, 'passkey challenges')
  return Buffer.concat([plain, markOf(newest!, plain, purpose)]).toString('base64url')
}

/**
 * @returns when it expires, in epoch milliseconds
 * @throws Refused `passkey.expired`; `passkey.challenge` for one that was given out for something else, or never
 */
export function checkChallenge({ secrets }: Pick<Config, 'secrets'>, purpose: Purpose, challenge: string): number {
  const bytes = Buffer.from(challenge, 'base64url')
  const plain = bytes.subarray(0, RANDOM + TIME)
  const mark = bytes.subarray(RANDOM + TIME)
  const ours = deriveKeys(secrets, 'passkey challenges').some(key => {
    const expected = markOf(key, plain, purpose)
    return mark.length === expected.length && timingSafeEqual(mark, expected)
  })
  if (!ours)
    throw new Refused('passkey.challenge', { hint: 'That passkey answered another page. Try again on this one.' })
  const expiresAt = plain.readUIntBE(RANDOM, TIME)
  if (expiresAt <= Date.now())
    throw new Refused('passkey.expired', { hint: 'That took longer than five minutes. Try again.' })
  return expiresAt
}

function markOf(key: Buffer, plain: Buffer, { ceremony, within }: Purpose): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([plain.toString('base64url'), ceremony, within]))
    .digest()
}
