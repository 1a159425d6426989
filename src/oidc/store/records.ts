// Where the provider's own documents are kept: one collection a model. Ids that are bearer secrets are stored hashed.
import { z } from 'zod'
import { anyObject } from '../../storage/any-object.ts'
import type { Declaration } from '../../storage/port.ts'

const recordSchema = z.object({
  id: z.string(),
  payload: anyObject,
  grantId: z.string().optional(),
  /** Of a grant. */
  accountId: z.string().optional(),
  /** Epoch milliseconds. */
  consumedAt: z.number().optional(),
  expiresAt: z.number(),
})

export type ProviderRecord = z.infer<typeof recordSchema>

interface RecordKind {
  declaration: Declaration<ProviderRecord>
  /** The id is what lets its holder in, so only its SHA-256 is stored. */
  secretId: boolean
}

interface KindOptions {
  secretId: boolean
  volatile?: boolean
  ofGrant?: boolean
  ofAccount?: boolean
  shared?: boolean
}

function kind(
  name: string,
  { secretId, volatile = false, ofGrant, ofAccount, shared = false }: KindOptions,
): RecordKind {
  const indexes = [...(ofGrant ? [{ fields: ['grantId'] }] : []), ...(ofAccount ? [{ fields: ['accountId'] }] : [])]
  return { declaration: { name, schema: recordSchema, indexes, expires: 'expiresAt', volatile, shared }, secretId }
}

export const recordKinds: Readonly<Record<string, RecordKind>> = {
  // The interaction's id is in its page's address; the signed cookie is what binds it to a browser.
  Interaction: kind('interactions', { secretId: false, volatile: true }),
  Grant: kind('grants', { secretId: false, ofAccount: true, shared: true }),
  AuthorizationCode: kind('authorizationCodes', { secretId: true, ofGrant: true }),
  AccessToken: kind('accessTokens', { secretId: true, ofGrant: true, shared: true }),
  RefreshToken: kind('refreshTokens', { secretId: true, ofGrant: true }),
  ClientCredentials: kind('clientCredentials', { secretId: true, shared: true }),
  PushedAuthorizationRequest: kind('pushedRequests', { secretId: true, volatile: true }),
  ReplayDetection: kind('replays', { secretId: false }),
}

/** What the values of opaque tokens begin with. Those from before there were prefixes have none. */
export const TOKEN_PREFIXES: Readonly<Record<string, string>> = {
  AccessToken: 'lka_',
  ClientCredentials: 'lkc_',
  RefreshToken: 'lkr_',
}

const sessionSchema = z.object({
  /** The session's uid: the cookie may change, the session stays. */
  id: z.string(),
  cookieHash: z.string(),
  /** Cookies that this session had before; a late request with one may still add to it. */
  formerHashes: z.array(z.string()),
  accountId: z.string().optional(),
  payload: anyObject,
  endedAt: z.number().optional(),
  expiresAt: z.number(),
})

export type SessionRecord = z.infer<typeof sessionSchema>

export const sessionDeclaration: Declaration<SessionRecord> = {
  name: 'sessions',
  schema: sessionSchema,
  indexes: [{ fields: ['cookieHash'], unique: true }],
  expires: 'expiresAt',
  volatile: true,
  shared: true,
}
