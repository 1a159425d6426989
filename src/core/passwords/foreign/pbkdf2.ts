import { pbkdf2Sync } from 'node:crypto'
import { bounded, bytesOf, isSame, UnusableHash, type Format, type Matches } from './format.ts'

const BASE64 = '([A-Za-z0-9+/._=-]+)'
const PHC = new RegExp(String.raw`^\$pbkdf2(?:-(sha\d+))?\$(?:i=)?(\d+)(?:,l=\d+)?\$${BASE64}\$${BASE64}$`)
const DJANGO = new RegExp(String.raw`^pbkdf2_(sha\d+)\$(\d+)\$([^$]+)\$${BASE64}$`)
const WERKZEUG = /^pbkdf2:(sha\d+):(\d+)\$([^$]+)\$([0-9a-f]+)$/

const DIGESTS: Record<string, number> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 }
/** Each block of the digest's size takes as many. */
const MOST_ITERATIONS = 4_000_000

/**
 * PBKDF2 (RFC 8018, section 5.2) as PHC writes it (`$pbkdf2-sha256$i=600000$SALT$HASH`) and passlib does (without `i=`), as
 * Django does, and as Werkzeug (Flask) does. Keycloak's form is brought to that of PHC (keycloak.ts).
 */
export const pbkdf2: Format = stored => phc(stored) ?? django(stored) ?? werkzeug(stored)

function phc(stored: string): Matches | undefined {
  const [, digest = 'sha1', iterations, salt, hash] = PHC.exec(stored) ?? []
  if (!hash) return undefined
  return matches(digest, Number(iterations), bytesOf(salt!), bytesOf(hash))
}

function django(stored: string): Matches | undefined {
  const [, digest, iterations, salt, hash] = DJANGO.exec(stored) ?? []
  if (!hash) return undefined
  return matches(digest!, Number(iterations), Buffer.from(salt!), bytesOf(hash))
}

function werkzeug(stored: string): Matches | undefined {
  const [, digest, iterations, salt, hash] = WERKZEUG.exec(stored) ?? []
  if (!hash) return undefined
  return matches(digest!, Number(iterations), Buffer.from(salt!), Buffer.from(hash, 'hex'))
}

function matches(digest: string, iterations: number, salt: Buffer, hash: Buffer): Matches {
  const size = DIGESTS[digest]
  if (!size) throw new UnusableHash(`pbkdf2: expected one of ${Object.keys(DIGESTS).join(', ')}, got ${digest}`)
  if (hash.length < 16 || hash.length > 128) throw new UnusableHash('pbkdf2: expected a hash of 16 to 128 bytes')
  const blocks = Math.ceil(hash.length / size)
  bounded('the iterations of pbkdf2', iterations, Math.floor(MOST_ITERATIONS / blocks))
  return password => isSame(pbkdf2Sync(password, salt, iterations, hash.length, digest), hash)
}
