import { verifySync } from '@node-rs/argon2'
import { bounded, UnusableHash, type Format } from './format.ts'

const NUMBER = String.raw`([1-9]\d*)`
const BASE64 = '[A-Za-z0-9+/]+'
const FORM = new RegExp(
  String.raw`^(\$argon2(?:i|d|id)\$(?:v=\d+\$)?)m=${NUMBER},t=${NUMBER},p=${NUMBER}(\$${BASE64}\$${BASE64})$`,
)

/** KiB: what one sign-in may take of the memory. */
const MOST_MEMORY = 262_144

/** argon2i, argon2d and argon2id by other parameters than ours (RFC 9106, in the PHC form). */
export const argon2: Format = stored => {
  const [, start, memory, passes, lanes, rest] = FORM.exec(stored) ?? []
  if (!start) return undefined
  const least = 8 * bounded('the lanes of argon2', Number(lanes), 64)
  bounded('the memory of argon2', Number(memory), MOST_MEMORY, least)
  bounded('the passes of argon2', Number(passes), Math.floor((MOST_MEMORY * 8) / Number(memory)))
  // By the least that it can cost, to see whether the library takes the rest of it.
  requireReadable(`${start}m=${least},t=1,p=${lanes}${rest}`)
  return password => verifySync(stored, password)
}

function requireReadable(stored: string): void {
  try {
    verifySync(stored, '')
  } catch {
    throw new UnusableHash('argon2: expected version 16 or 19, and whole bytes of salt (8 or more) and hash in base64')
  }
}
