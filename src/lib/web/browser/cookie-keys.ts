import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'

/** As koa and oidc-provider take it, who would make a Keygrip of a list of keys. */
export interface CookieKeys {
  sign(data: string): string
  verify(data: string, signature: string): boolean
  /** Which key it was, -1 for none. */
  index(data: string, signature: string): number
}

/**
 * Signs cookies by HMAC-SHA-256, with the first key, and knows the signatures of each. Keygrip's keys are strings, which
 * have to be made into keys each time, and it compares by two HMACs more: a tenth of a sign-in.
 */
export function createCookieKeys(secrets: readonly Buffer[]): CookieKeys {
  const keys = secrets.map(secret => createSecretKey(secret))
  function index(data: string, signature: string): number {
    const given = Buffer.from(signature)
    return keys.findIndex(key => {
      const right = Buffer.from(signatureOf(data, key))
      return right.length === given.length && timingSafeEqual(right, given)
    })
  }
  return {
    sign: data => signatureOf(data, keys[0]!),
    verify: (data, signature) => index(data, signature) !== -1,
    index,
  }
}

function signatureOf(data: string, key: KeyObject): string {
  return createHmac('sha256', key).update(data).digest('base64url')
}
