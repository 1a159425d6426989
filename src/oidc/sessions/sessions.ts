// The end of sessions, from whichever place it comes: one mark on the session's document, our record of the sign-in, the
// audit entry, and the apps that are to be told.
import type { Accounts } from '../../core/accounts/accounts.ts'
import { isOfRemoved, type RemovedFactor } from '../../core/accounts/removed-factors.ts'
import type { Events, Origin } from '../../core/events/events.ts'
import type { LiveCounts } from '../../core/metrics/live-counts.ts'
import type { Logouts } from '../../core/sessions/logouts.ts'
import type { EndReason, SignIn, SignIns } from '../../core/sessions/signins.ts'
import type { Store } from '../../storage/port.ts'
import { findClient } from '../clients/client-record.ts'
import { sessionDeclaration, type SessionRecord } from '../store/records.ts'

export type Sessions = ReturnType<typeof createSessions>

interface Parts {
  store: Store
  accounts: Accounts
  signIns: SignIns
  logouts: Logouts
  events: Events
  live: Pick<LiveCounts, 'sessions'>
}

export function createSessions({ store, accounts, signIns, logouts, events, live }: Parts) {
  const sessions = store.collection(sessionDeclaration)

  /**
   * Ends one session. The entry and what apps are to be told are written first, so that a crash leaves no act without
   * them. The document stays, marked, until it would have expired: a request under way cannot bring it back.
   * @param tell whether apps are told here; the library's own sign-out page tells them itself
   * @returns false when there was no such session any more
   */
  async function end(uid: string, reason: EndReason, origin: Origin = {}, tell = true): Promise<boolean> {
    const [record, signIn] = await Promise.all([sessions.get(uid), signIns.get(uid)])
    if (!record) return false
    if (record.endedAt) {
      // A try before this one may not have come so far.
      await signIns.end(uid, reason)
      return false
    }
    const { accountId } = record
    if (accountId) {
      const device = signIn?.deviceId ? { deviceId: signIn.deviceId } : {}
      await events.emit({
        type: 'session.ended',
        ...origin,
        ...device,
        accountId,
        sessionUid: uid,
        details: { reason },
      })
      if (tell) await tellApps(accountId, authorizationsOf(record))
    }
    // The record that lasts comes first: a session may be in a store that loses its latest writes.
    await signIns.end(uid, reason)
    const ended = await sessions.update(uid, known => (known.endedAt ? undefined : { ...known, endedAt: Date.now() }))
    if (!ended) return false
    if (ended.accountId) live.sessions.leave(ended.expiresAt)
    // An app may have been reached in between.
    if (accountId && tell) await tellApps(accountId, authorizationsOf(ended), authorizationsOf(record))
    return true
  }

  /**
   * Signs an account out everywhere. Moving `validFrom` ends every session and token by one update; then the sessions are
   * marked, and their apps told.
   * @param toldOf the session whose apps are told already
   * @returns how many sessions there were
   */
  async function endEverywhere(
    accountId: string,
    reason: EndReason,
    origin: Origin = {},
    toldOf?: string,
  ): Promise<number> {
    await events.emit({ type: 'account.signed_out', ...origin, accountId, details: { reason } })
    await accounts.endAllBefore(accountId)
    return endAll(accountId, reason, origin, toldOf)
  }

  /** Ends every session of an account, or those that are meant. @returns how many there were */
  async function endAll(
    accountId: string,
    reason: EndReason,
    origin: Origin = {},
    toldOf?: string,
    isMeant: (signIn: SignIn) => boolean = () => true,
  ): Promise<number> {
    let ended = 0
    let cursor: string | undefined
    do {
      const page = await signIns.ofAccount(accountId, { limit: 100, ...(cursor ? { cursor } : {}) })
      const open = page.items.filter(one => !one.endedAt && isMeant(one))
      const answers = await Promise.all(open.map(({ id }) => end(id, reason, origin, id !== toldOf)))
      ended += answers.filter(Boolean).length
      cursor = page.cursor
    } while (cursor)
    return ended
  }

  /**
   * Ends the sessions that were begun, or raised, by what the account no longer has.
   * @param kept the session in which it was removed: it goes on with what else was proven there
   */
  function endProvenBy(accountId: string, removed: RemovedFactor, origin: Origin = {}, kept?: string): Promise<number> {
    const isMeant = ({ id, proofs }: SignIn) => id !== kept && proofs.some(proof => isOfRemoved([removed], proof))
    return endAll(accountId, 'factor_removed', origin, undefined, isMeant)
  }

  async function tellApps(accountId: string, apps: Authorizations, told: Authorizations = {}): Promise<void> {
    await Promise.all(
      Object.entries(apps).map(async ([clientId, { sid }]) => {
        const client = told[clientId] ? undefined : await findClient(store, clientId)
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

  /** Whether there is our record of this account's sign-in in the session. */
  async function isRecorded(uid: string, accountId: string): Promise<boolean> {
    return (await signIns.get(uid))?.accountId === accountId
  }

  /** Whether the session is live and its person signed in to this app by it: leaving the app alone ends that too. */
  async function reaches(uid: string, clientId: string): Promise<boolean> {
    const record = await sessions.get(uid)
    return record !== undefined && !record.endedAt && Object.hasOwn(authorizationsOf(record), clientId)
  }

  /** Whether our record says that the session has ended. It lasts, where the session itself may not. */
  async function isOver(uid: string): Promise<boolean> {
    return (await signIns.get(uid))?.endedAt !== undefined
  }

  return { end, endAll, endEverywhere, endProvenBy, liveUntil, isOver, isRecorded, reaches }
}

type Authorizations = Record<string, { sid?: string }>

function authorizationsOf({ payload }: SessionRecord): Authorizations {
  return (payload.authorizations ?? {}) as Authorizations
}
