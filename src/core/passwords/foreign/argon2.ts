import { verifySync } from '@node-rs/argon2'
import { bounded, type Format } from './format.ts'

const FORM = /^\$argon2(?:i|d|id)\$(?:v=\d+\$)?m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/

/** KiB: what one sign-in may take of the memory. */
const MOST_MEMORY = 262_144

/** argon2i, argon2d and argon2id by other parameters than ours (RFC 9106, in the PHC form). */
export const argon2: Format = stored => {
  const [, memory, passes, lanes] = FORM.exec(stored) ?? []
  if (!memory) return undefined
  bounded('the memory of argon2', Number(memory), MOST_MEMORY)
  bounded('the passes of argon2', Number(passes), Math.floor((MOST_MEMORY * 8) / Number(memory)))
  bounded('the lanes of argon2', Number(lanes), 64)
  return password => verifySync(stored, password)
}
