// Sessions. The library saves them last-writer-wins: of five parallel requests of one session, four lost their client's
// entry, and a session deleted meanwhile came back. Here a save is one atomic merge, and an ended session stays ended.
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { sha256 } from '../lib/ids.ts'
import type { Collection, Store } from '../storage/port.ts'
import { sessionDeclaration, type SessionRecord } from './records.ts'

/** Apps that one session may reach; the oldest give way, so that a session cannot grow without end. */
const MAX_AUTHORIZATIONS = 100
/** A save that only moves the expiry by less than this is not written. Milliseconds. */
const EXPIRY_SLACK = 60_000
const FORMER_COOKIES = 3

interface SessionActs {
  /** Whether the running request means to take entries away (leaving one app), not to add to them. */
  replaces(): boolean
  end(uid: string): Promise<unknown>
}

export function createSessionAdapter(store: Store, { replaces, end }: SessionActs): Adapter {
  const sessions: Collection<SessionRecord> = store.collection(sessionDeclaration)

  return {
    async find(cookie) {
      const record = await sessions.first({ cookieHash: sha256(cookie) })
      return record && !record.endedAt ? { ...record.payload, jti: cookie } : undefined
    },

    // The cookie is not known here, nor needed: what is found by uid is only looked at.
    async findByUid(uid) {
      const record = await sessions.get(uid)
      return record && !record.endedAt ? record.payload : undefined
    },

    async upsert(cookie, payload, expiresIn) {
      const cookieHash = sha256(cookie)
      const { jti: _jti, ...kept } = payload
      const expiresAt = Date.now() + (expiresIn ?? 0) * 1000
      await sessions.upsert(payload.uid!, known =>
        merged(known, { cookieHash, payload: kept, expiresAt, replace: replaces() }),
      )
    },

    async destroy(cookie) {
      const record = await sessions.first({ cookieHash: sha256(cookie) })
      if (record) await end(record.id)
    },

    consume: () => Promise.resolve(),
    revokeByGrantId: () => Promise.resolve(),
    findByUserCode: () => Promise.resolve(undefined),
  }
}

interface Save {
  cookieHash: string
  payload: AdapterPayload
  expiresAt: number
  replace: boolean
}

function merged(known: SessionRecord | undefined, save: Save): SessionRecord {
  if (known?.endedAt) return known
  const former = known?.formerHashes.includes(save.cookieHash) ?? false
  const renewed = known !== undefined && !former && known.cookieHash !== save.cookieHash
  const payload = {
    ...save.payload,
    ...(save.payload.authorizations || known ? { authorizations: mergedAuthorizations(known, save) } : {}),
  } as Record<string, unknown>

  if (known && !renewed && isOnlyLater(known, payload, save.expiresAt)) return known
  return {
    id: save.payload.uid!,
    cookieHash: known && former ? known.cookieHash : save.cookieHash,
    formerHashes: renewed
      ? [known.cookieHash, ...known.formerHashes].slice(0, FORMER_COOKIES)
      : (known?.formerHashes ?? []),
    ...(save.payload.accountId ? { accountId: save.payload.accountId } : {}),
    payload,
    expiresAt: save.expiresAt,
  }
}

type Authorizations = NonNullable<AdapterPayload['authorizations']>

function mergedAuthorizations(known: SessionRecord | undefined, save: Save): Authorizations {
  const before = save.replace ? {} : ((known?.payload.authorizations ?? {}) as Authorizations)
  const all = { ...before }
  for (const [clientId, authorization] of Object.entries(save.payload.authorizations ?? {})) {
    all[clientId] = { ...before[clientId], ...authorization }
  }
  return Object.fromEntries(Object.entries(all).slice(-MAX_AUTHORIZATIONS))
}

function isOnlyLater(known: SessionRecord, payload: Record<string, unknown>, expiresAt: number): boolean {
  if (Math.abs(known.expiresAt - expiresAt) >= EXPIRY_SLACK) return false
  const comparable = ({ iat: _iat, exp: _exp, ...rest }: Record<string, unknown>) => JSON.stringify(rest)
  return comparable(known.payload) === comparable(payload)
}
