// Hashes of other programs' that people can be brought in with. Each is good for one sign-in: then the password is hashed
// as ours are. Adding one is a file here and a word in the list.
import { argon2 } from './argon2.ts'
import { bcrypt } from './bcrypt.ts'
import { firebase } from './firebase.ts'
import { UnusableHash, type Matches } from './format.ts'
import { ldap } from './ldap.ts'
import { pbkdf2 } from './pbkdf2.ts'
import { phpass } from './phpass.ts'
import { scrypt } from './scrypt.ts'
import { shaCrypt } from './sha-crypt.ts'

const formats = [argon2, bcrypt, scrypt, pbkdf2, shaCrypt, phpass, firebase, ldap]

/** @throws UnusableHash for one that is of no form that we know, is broken, or takes too much time or memory */
export function readForeign(stored: string): Matches {
  for (const format of formats) {
    const matches = format(stored)
    if (matches) return matches
  }
  throw new UnusableHash('not a hash of a form that is known here')
}

/** Bytes. SHA-crypt and phpass take the longer the longer the password is, in each round. */
const LONGEST = 512

/**
 * Whether this is the password: as it was typed, which is how most programs hash it, or in NFKC, as some do. None is that of
 * a hash that cannot be used: a failure of ours in its place would tell that there is an account, and be no try that counts.
 */
export function verifyForeign(stored: string, password: string): boolean {
  if (Buffer.byteLength(password) > LONGEST) return false
  const folded = password.normalize('NFKC')
  try {
    const matches = readForeign(stored)
    return matches(password) || (folded !== password && matches(folded))
  } catch {
    return false
  }
}
