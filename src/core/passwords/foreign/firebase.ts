import { createCipheriv, scryptSync } from 'node:crypto'
import { bounded, bytesOf, isSame, UnusableHash, type Format } from './format.ts'
import { boundedScrypt } from './scrypt.ts'

/** The hash parameters of a Firebase project, by the names under which its console shows them. */
export interface FirebaseProject {
  base64_signer_key: string
  base64_salt_separator: string
  rounds: number
  mem_cost: number
}

const BASE64 = '([A-Za-z0-9+/_=-]+)'
const FORM = new RegExp(String.raw`^\$firebase-scrypt\$m=(\d+),r=(\d+),s=${BASE64},k=${BASE64}\$${BASE64}\$${BASE64}$`)

/**
 * Firebase's own scrypt: what it derives from the password is the key by which the project's signer key is encrypted, and
 * the outcome is the hash. The form is ours: a hash of Firebase's says nothing without its project's parameters.
 */
export const firebase: Format = stored => {
  const [, memory, rounds, separator, signer, salt, hash] = FORM.exec(stored) ?? []
  if (!hash) return undefined
  const parameters = boundedScrypt({ N: 2 ** bounded('mem_cost', Number(memory), 24), r: Number(rounds), p: 1 })
  const [signerKey, expected] = [bytesOf(signer!), bytesOf(hash)]
  if (signerKey.length !== expected.length) throw new UnusableHash('the hash is not of this project’s signer key')
  return password => {
    const key = scryptSync(password, Buffer.concat([bytesOf(salt!), bytesOf(separator!)]), 32, parameters)
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
    return isSame(Buffer.concat([cipher.update(signerKey), cipher.final()]), expected)
  }
}

/** A hash as Firebase exports it (`passwordHash` and `salt` of `firebase auth:export`), with all that it takes. */
export function fromFirebase(project: FirebaseProject, hash: string, salt: string): string {
  const { mem_cost, rounds, base64_salt_separator, base64_signer_key } = project
  return `$firebase-scrypt$m=${mem_cost},r=${rounds},s=${base64_salt_separator},k=${base64_signer_key}$${salt}$${hash}`
}
