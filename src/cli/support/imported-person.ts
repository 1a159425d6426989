// One line of a file of people.
import { z } from 'zod'
import { profileSchema } from '../../core/accounts/account.ts'
import type { NewAccount } from '../../core/accounts/accounts.ts'
import { canonicalEmail, canonicalUsername } from '../../core/accounts/names.ts'
import { fromFirebase, type FirebaseProject } from '../../core/passwords/foreign/firebase.ts'
import { UnusableHash } from '../../core/passwords/foreign/format.ts'
import { fromKeycloak, keycloakCredentialSchema } from '../../core/passwords/foreign/keycloak.ts'
import { readForeign } from '../../core/passwords/foreign/list.ts'

export interface Person extends NewAccount {
  /** In a form that `readForeign` reads. */
  hash?: string
}

/** The message says what was expected; what stood there is not repeated, as it may be a secret. */
export class UnfitLine extends Error {
  override readonly name = 'UnfitLine'
}

const lineSchema = z.strictObject({
  email: z.string(),
  username: z.string().optional(),
  name: profileSchema.shape.name,
  verified: z.boolean().default(false),
  roles: z.array(z.string().regex(/^[\w.:-]{1,100}$/)).default([]),
  passwordHash: z.union([z.string().max(2000), keycloakCredentialSchema]).optional(),
  salt: z.string().max(500).optional(),
})
type Line = z.infer<typeof lineSchema>

const EXPECTED: Record<string, string> = {
  email: 'an address',
  username: 'a username',
  name: 'a name of at most 200 characters',
  verified: 'true or false',
  roles: 'a list of names',
  passwordHash: 'a hash as text, or Keycloak’s object with secretData and credentialData',
  salt: 'the salt of a hash of Firebase’s',
}

/** @throws UnfitLine; Refused `email.invalid`, `username.invalid` */
export function readPerson(text: string, firebase: FirebaseProject | undefined): Person {
  const { email, username, name, verified, roles, passwordHash, salt } = parsed(text)
  const hash = passwordHash === undefined ? undefined : hashIn(passwordHash, salt, firebase)
  return {
    email: canonicalEmail(email),
    emailVerified: verified,
    ...(username === undefined ? {} : { username: canonicalUsername(username) }),
    profile: name ? { name } : {},
    roles,
    ...(hash ? { hash } : {}),
  }
}

function parsed(text: string): Line {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw new UnfitLine('expected one JSON object a line')
  }
  const line = lineSchema.safeParse(document)
  if (line.success) return line.data
  const [issue] = line.error.issues
  if (issue?.code === 'unrecognized_keys') {
    throw new UnfitLine(`${issue.keys[0]}: not known here; expected ${Object.keys(EXPECTED).join(', ')}`)
  }
  const field = String(issue?.path[0] ?? '')
  throw new UnfitLine(EXPECTED[field] ? `${field}: expected ${EXPECTED[field]}` : 'expected one JSON object a line')
}

function hashIn(
  given: NonNullable<Line['passwordHash']>,
  salt: string | undefined,
  firebase: FirebaseProject | undefined,
): string {
  if (salt !== undefined && !firebase)
    throw new UnfitLine('salt: expected --firebase with the parameters of the project that the hash is from')
  try {
    const hash = typeof given !== 'string' ? fromKeycloak(given) : salt ? fromFirebase(firebase!, given, salt) : given
    readForeign(hash)
    return hash
  } catch (error) {
    if (error instanceof UnusableHash) throw new UnfitLine(`passwordHash: ${error.message}`)
    throw error
  }
}
