import { createHash } from 'node:crypto'
import { bytesOf, isSame, UnusableHash, type Format } from './format.ts'

const FORM = /^\{S?SHA(256|384|512)?\}([A-Za-z0-9+/]+={0,2})$/i

const SIZES: Record<string, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }

/** What directories keep (RFC 2307 and its kin): one SHA of the password and, in the forms with two S, of a salt that follows it. */
export const ldap: Format = stored => {
  const [, bits, base64] = FORM.exec(stored) ?? []
  if (!base64) return undefined
  const digest = `sha${bits ?? 1}`
  const bytes = bytesOf(base64)
  const [hash, salt] = [bytes.subarray(0, SIZES[digest]), bytes.subarray(SIZES[digest])]
  const salted = stored[2]?.toUpperCase() === 'S'
  if (hash.length !== SIZES[digest] || salted !== salt.length > 0)
    throw new UnusableHash(
      `${stored.slice(0, stored.indexOf('}') + 1)}: expected ${SIZES[digest]} bytes of ${digest}, and a salt after them only where it is salted`,
    )
  return password => isSame(createHash(digest).update(password).update(salt).digest(), hash)
}
