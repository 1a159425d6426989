// Sessions. The library saves them last-writer-wins: of five parallel requests of one session, four lost their client's
// entry, and a session deleted meanwhile came back. Here a save is one atomic merge, and an ended session stays ended.
import { isDeepStrictEqual } from 'node:util'
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider'
import type { LiveCount } from '../../core/metrics/live-counts.ts'
import { sha256 } from '../../lib/ids.ts'
import type { Collection, Store } from '../../storage/port.ts'
import { sessionDeclaration, type SessionRecord } from './records.ts'
import { thawed } from './thawed.ts'

/** Apps that one session may reach; the oldest give way, so that a session cannot grow without end. */
const MAX_AUTHORIZATIONS = 100
/** A save that only moves the expiry by less than this is not written. Milliseconds. */
const EXPIRY_SLACK = 60_000
const FORMER_COOKIES = 3
const MAX_UIDS = 1000

interface SessionActs {
  /** The client whose app the running request leaves, if it does: all other requests only add. */
  left(): string | undefined
  /** Whether the person whom the running request signs in has our record of it. */
  recorded(uid: string, accountId: string): Promise<boolean>
  /** Whether our record, which lasts where the session may be lost, says that it has ended. */
  isOver(uid: string): Promise<boolean>
  end(uid: string): Promise<unknown>
  live: LiveCount
}

export function createSessionAdapter(store: Store, { left, recorded, isOver, end, live }: SessionActs): Adapter {
  const sessions: Collection<SessionRecord> = store.collection(sessionDeclaration)
  /** Where a cookie's session was last found. */
  const uids = new Map<string, string>()

  /** What is found by its id may be held; only then does the record itself say whether the cookie is still its own. */
  async function byCookie(cookieHash: string): Promise<SessionRecord | undefined> {
    const uid = uids.get(cookieHash)
    const known = uid === undefined ? undefined : await sessions.get(uid)
    if (known?.cookieHash === cookieHash) return known
    const found = await sessions.first({ cookieHash })
    if (found) remember(cookieHash, found.id)
    return found
  }

  function remember(cookieHash: string, uid: string): void {
    if (uids.size >= MAX_UIDS) uids.clear()
    uids.set(cookieHash, uid)
  }

  return {
    async find(cookie) {
      const record = await byCookie(sha256(cookie))
      return record && !record.endedAt ? { ...thawed(record.payload), jti: cookie } : undefined
    },

    // The cookie is not known here, nor needed: what is found by uid is only looked at.
    async findByUid(uid) {
      const record = await sessions.get(uid)
      return record && !record.endedAt && !(await isOver(uid)) ? thawed(record.payload) : undefined
    },

    async upsert(cookie, payload, expiresIn) {
      const cookieHash = sha256(cookie)
      const { jti: _jti, ...all } = payload
      // The library saves the session also when the request failed before the sign-in was recorded, or was refused.
      const kept = !all.accountId || (await recorded(all.uid!, all.accountId)) ? all : withoutLogin(all)
      const expiresAt = Date.now() + (expiresIn ?? 0) * 1000
      let before: SessionRecord | undefined
      const after = await sessions.upsert(payload.uid!, known => {
        before = known
        return merged(known, { cookieHash, payload: kept, expiresAt, left: left() })
      })
      remember(cookieHash, payload.uid!)
      // The very same one means that nothing was written.
      if (after === before) return
      if (isLive(before)) live.leave(before.expiresAt)
      if (isLive(after)) live.enter(after.expiresAt)
    },

    async destroy(cookie) {
      // The cookie may be an older one by now: another tab signed in meanwhile.
      const uid = Provider.ctx?.oidc.session?.uid ?? (await sessions.first({ cookieHash: sha256(cookie) }))?.id
      if (uid) await end(uid)
    },

    consume: () => Promise.resolve(),
    revokeByGrantId: () => Promise.resolve(),
    findByUserCode: () => Promise.resolve(undefined),
  }
}

/** Whether somebody is signed in. */
function isLive(record: SessionRecord | undefined): record is SessionRecord {
  return record?.accountId !== undefined && !record.endedAt
}

function withoutLogin({ accountId: _accountId, loginTs: _loginTs, acr: _acr, amr: _amr, ...rest }: AdapterPayload) {
  return rest
}

interface Save {
  cookieHash: string
  payload: AdapterPayload
  expiresAt: number
  left: string | undefined
}

function merged(known: SessionRecord | undefined, save: Save): SessionRecord {
  const { accountId, uid } = save.payload
  // What was read before the session ended, or before the person signed in, knows less than what is there.
  if (known?.endedAt || (known?.accountId && known.accountId !== accountId)) return known
  const former = known?.formerHashes.includes(save.cookieHash) ?? false
  const renewed = known !== undefined && !former && known.cookieHash !== save.cookieHash
  const payload = mergedPayload(known, save)

  if (known && !renewed && isOnlyLater(known, payload, save.expiresAt)) return known
  return {
    id: uid!,
    cookieHash: known && former ? known.cookieHash : save.cookieHash,
    formerHashes: renewed
      ? [known.cookieHash, ...known.formerHashes].slice(0, FORMER_COOKIES)
      : (known?.formerHashes ?? []),
    ...(accountId ? { accountId } : {}),
    payload,
    expiresAt: save.expiresAt,
  }
}

type Payload = SessionRecord['payload']
type Authorizations = NonNullable<AdapterPayload['authorizations']>

const OF_SIGN_IN = new Set(['loginTs', 'acr', 'amr', 'transient'])

/** The apps of both, and the newer sign-in. */
function mergedPayload(known: SessionRecord | undefined, save: Save): Payload {
  const saved: Payload = { ...save.payload }
  if (!known) return saved
  const newer = Number(known.payload.loginTs ?? 0) > Number(saved.loginTs ?? 0) ? known.payload : saved
  const entries = (payload: Payload, ofSignIn: boolean) =>
    Object.entries(payload).filter(([name]) => OF_SIGN_IN.has(name) === ofSignIn)
  return {
    ...Object.fromEntries([...entries(saved, false), ...entries(newer, true)]),
    authorizations: mergedAuthorizations(known, save),
  }
}

function mergedAuthorizations(known: SessionRecord, save: Save): Authorizations {
  const before = (known.payload.authorizations ?? {}) as Authorizations
  const all = { ...before }
  for (const [clientId, authorization] of Object.entries(save.payload.authorizations ?? {})) {
    all[clientId] = { ...before[clientId], ...authorization }
  }
  const kept = Object.entries(all).filter(([clientId]) => clientId !== save.left)
  return Object.fromEntries(kept.slice(-MAX_AUTHORIZATIONS))
}

function isOnlyLater(known: SessionRecord, payload: Payload, expiresAt: number): boolean {
  if (Math.abs(known.expiresAt - expiresAt) >= EXPIRY_SLACK) return false
  const comparable = ({ iat: _iat, exp: _exp, ...rest }: Payload) => rest
  return isDeepStrictEqual(comparable(known.payload), comparable(payload))
}
