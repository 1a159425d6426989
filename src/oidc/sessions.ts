// The end of sessions, from whichever place it comes: one mark on the session's document, our record of the sign-in, the
// audit entry, and the apps that are to be told.
import type { Events, Origin } from '../core/events/events.ts'
import type { Logouts } from '../core/logouts.ts'
import type { EndReason, SignIns } from '../core/signins.ts'
import type { Store } from '../storage/port.ts'
import { clientDeclaration } from './client-record.ts'
import { sessionDeclaration, type SessionRecord } from './records.ts'

export type Sessions = ReturnType<typeof createSessions>

interface Parts {
  store: Store
  signIns: SignIns
  logouts: Logouts
  events: Events
}

export function createSessions({ store, signIns, logouts, events }: Parts) {
  const sessions = store.collection(sessionDeclaration)
  const clients = store.collection(clientDeclaration)

  /**
   * Ends one session. The entry is written first, so that no act is without one. The document stays, marked, until it
   * would have expired: a request under way cannot bring it back.
   * @param tell whether apps are told here; the library's own sign-out page tells them itself
   * @returns false when there was no such session any more
   */
  async function end(uid: string, reason: EndReason, origin: Origin = {}, tell = true): Promise<boolean> {
    const record = await sessions.get(uid)
    if (!record || record.endedAt) return false
    const { accountId } = record
    if (accountId)
      await events.emit({ type: 'session.ended', ...origin, accountId, sessionUid: uid, details: { reason } })
    const ended = await sessions.update(uid, known => (known.endedAt ? undefined : { ...known, endedAt: Date.now() }))
    if (!ended) return false
    await signIns.end(uid, reason)
    if (tell && accountId) await tellApps(ended, accountId)
    return true
  }

  /** Ends every session of an account. @returns how many there were */
  async function endAll(accountId: string, reason: EndReason, origin: Origin = {}): Promise<number> {
    let ended = 0
    let cursor: string | undefined
    do {
      const page = await signIns.ofAccount(accountId, { limit: 100, ...(cursor ? { cursor } : {}) })
      const answers = await Promise.all(page.items.filter(one => !one.endedAt).map(one => end(one.id, reason, origin)))
      ended += answers.filter(Boolean).length
      cursor = page.cursor
    } while (cursor)
    return ended
  }

  async function tellApps(session: SessionRecord, accountId: string): Promise<void> {
    const authorizations = (session.payload.authorizations ?? {}) as Record<string, { sid?: string }>
    await Promise.all(
      Object.entries(authorizations).map(async ([clientId, { sid }]) => {
        const client = await clients.get(clientId)
        if (client?.metadata.backchannel_logout_uri)
          await logouts.queue({ clientId, accountId, ...(sid ? { sid } : {}) })
      }),
    )
  }

  /** Whether the session is there and not ended, and until when (epoch milliseconds). */
  async function liveUntil(uid: string): Promise<number | undefined> {
    const record = await sessions.get(uid)
    return record && !record.endedAt ? record.expiresAt : undefined
  }

  return { end, endAll, liveUntil }
}
