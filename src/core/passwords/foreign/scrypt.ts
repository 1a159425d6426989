import { scryptSync } from 'node:crypto'
import { bounded, bytesOf, isSame, UnusableHash, type Format, type Matches } from './format.ts'

const BASE64 = '([A-Za-z0-9+/._=-]+)'
const PHC = new RegExp(String.raw`^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$${BASE64}\$${BASE64}$`)
const DJANGO = new RegExp(String.raw`^scrypt\$(\d+)\$([^$]+)\$(\d+)\$(\d+)\$${BASE64}$`)
const WERKZEUG = /^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([0-9a-f]+)$/

/** Bytes: what one sign-in may take of the memory. */
const MOST_MEMORY = 256 * 1024 * 1024

interface Parameters {
  N: number
  r: number
  p: number
}

/** scrypt (RFC 7914) as PHC writes it (`ln` is the logarithm of N), as Django does, and as Werkzeug (Flask) does. */
export const scrypt: Format = stored => phc(stored) ?? django(stored) ?? werkzeug(stored)

function phc(stored: string): Matches | undefined {
  const [, ln, r, p, salt, hash] = PHC.exec(stored) ?? []
  if (!hash) return undefined
  return matches({ N: 2 ** Number(ln), r: Number(r), p: Number(p) }, bytesOf(salt!), bytesOf(hash))
}

function django(stored: string): Matches | undefined {
  const [, N, salt, r, p, hash] = DJANGO.exec(stored) ?? []
  if (!hash) return undefined
  return matches({ N: Number(N), r: Number(r), p: Number(p) }, Buffer.from(salt!), bytesOf(hash))
}

function werkzeug(stored: string): Matches | undefined {
  const [, N, r, p, salt, hash] = WERKZEUG.exec(stored) ?? []
  if (!hash) return undefined
  return matches({ N: Number(N), r: Number(r), p: Number(p) }, Buffer.from(salt!), Buffer.from(hash, 'hex'))
}

function matches(wanted: Parameters, salt: Buffer, hash: Buffer): Matches {
  const parameters = boundedScrypt(wanted)
  if (hash.length < 16 || hash.length > 128) throw new UnusableHash('scrypt: expected a hash of 16 to 128 bytes')
  return password => isSame(scryptSync(password, salt, hash.length, parameters), hash)
}

/** For node:crypto. @throws UnusableHash for what is no set of parameters, or takes too much memory or time */
export function boundedScrypt({ N, r, p }: Parameters) {
  if (!Number.isInteger(Math.log2(N)) || N < 2)
    throw new UnusableHash(`scrypt: expected N to be a power of 2, got ${N}`)
  bounded('the block size r of scrypt', r, 64)
  // RFC 7914, section 6.
  bounded('the logarithm of N of scrypt', Math.log2(N), 16 * r - 1)
  bounded('the memory of scrypt (128 × N × r bytes)', 128 * N * r, MOST_MEMORY)
  bounded('the lanes p of scrypt', p, Math.floor((MOST_MEMORY * 2) / (128 * N * r)))
  return { N, r, p, maxmem: 2 * MOST_MEMORY }
}
