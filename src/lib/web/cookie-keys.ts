// Signs cookies and checks their signatures, in the place of the cookie library's own class and alike to the byte. That one
// prepares the keys anew for each signature, and compares two by hashing both.
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** What Koa takes for `keys` beside an array. */
export interface CookieKeys {
  sign(data: string): string
  /** Which key has signed it; -1 for none. */
  index(data: string, signature: string): number
  verify(data: string, signature: string): boolean
}

/** @param secrets the newest first: it signs, all of them are believed */
export function createCookieKeys(secrets: readonly string[]): CookieKeys {
  const [newest, ...older] = secrets.map(secret => createSecretKey(secret, 'utf8'))
  if (!newest) throw new TypeError('cookies need a key to be signed by')
  const keys = [newest, ...older]
  const sign = (data: string, key = newest) => createHmac('sha1', key).update(data).digest('base64url')
  const index = (data: string, signature: string) => keys.findIndex(key => isSame(sign(data, key), signature))
  return { sign: data => sign(data), index, verify: (data, signature) => index(data, signature) >= 0 }
}

function isSame(expected: string, presented: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(presented)]
  return one.length === other.length && timingSafeEqual(one, other)
}
