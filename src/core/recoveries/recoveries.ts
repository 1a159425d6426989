// Getting back in without the second factor: asked for once the first is proven, granted only after a delay in which the
// account's owner is told again and again, and can stop it. One document for each account, so that what becomes of it
// (stopped, finished) is one update.
import { z } from 'zod'
import { Refused } from '../../lib/errors.ts'
import type { Declaration, Page, Store } from '../../storage/port.ts'
import type { Account } from '../accounts/account.ts'
import type { Place } from '../links/place.ts'
import { shortenSome } from '../traces.ts'
import { NEVER, nextNotice } from './schedule.ts'

const recoverySchema = z.object({
  /** The account's. */
  id: z.string(),
  state: z.enum(['waiting', 'stopped', 'finished']),
  /** The address that the account had: with another one it counts no more. */
  email: z.string(),
  startedAt: z.number(),
  /** From then on it can be finished, until `endsAt`. Epoch milliseconds, as all times here. */
  dueAt: z.number(),
  endsAt: z.number(),
  /** When the owner is to be told next; far off when there is nothing more to say. */
  noticeAt: z.number(),
  /** From where it was asked for. */
  address: z.string(),
  userAgent: z.string(),
  /** Since when both have been kept in full; absent once they are shortened. Epoch milliseconds. */
  inFullSince: z.number().optional(),
  expiresAt: z.number(),
})

export type Recovery = z.infer<typeof recoverySchema>

export const recoveryDeclaration: Declaration<Recovery> = {
  name: 'recoveries',
  schema: recoverySchema,
  indexes: [{ fields: ['noticeAt'] }, { fields: ['inFullSince'] }],
  expires: 'expiresAt',
}

/** How long it can be finished once it is due. Milliseconds. */
const OPEN = 7 * 24 * 60 * 60 * 1000
/** It is kept a while longer, so that its pages can say what became of it. */
const KEPT = 7 * 24 * 60 * 60 * 1000

export type Recoveries = ReturnType<typeof createRecoveries>

/** @param delay seconds that the owner has to stop it */
export function createRecoveries(store: Store, { delay }: { delay: number }) {
  const recoveries = store.collection(recoveryDeclaration)

  return {
    /** Begins one; one that is under way goes on as it is. @returns whether it was begun by this very call */
    async begin({ id, email }: Account, from: Place): Promise<{ recovery: Recovery; begun: boolean }> {
      const startedAt = Date.now()
      const dueAt = startedAt + delay * 1000
      const endsAt = dueAt + OPEN
      const made: Recovery = {
        id,
        state: 'waiting',
        email,
        startedAt,
        dueAt,
        endsAt,
        noticeAt: nextNotice({ startedAt, dueAt }, startedAt),
        ...from,
        inFullSince: startedAt,
        expiresAt: endsAt + KEPT,
      }
      let begun = false
      const recovery = (await recoveries.upsert(id, known => {
        begun = !known || !isOpen(known, email)
        return known && !begun ? known : made
      }))!
      return { recovery, begun }
    },

    /** The one that is under way. */
    async underWay({ id, email, status }: Account): Promise<Recovery | undefined> {
      const known = status === 'active' ? await recoveries.get(id) : undefined
      return known && isOpen(known, email) ? known : undefined
    },

    get: (accountId: string): Promise<Recovery | undefined> => recoveries.get(accountId),

    /** Stops the one that began no later than `begunBy`. Undefined when there was nothing left to stop. */
    stop: (accountId: string, begunBy = NEVER): Promise<Recovery | undefined> =>
      recoveries.update(accountId, known =>
        known.state === 'waiting' && known.startedAt <= begunBy
          ? { ...known, state: 'stopped', noticeAt: NEVER }
          : undefined,
      ),

    /**
     * Of parallel callers one finishes it.
     * @throws Refused `recovery.not_due`, `recovery.over`
     */
    async finish({ id, email }: Account): Promise<Recovery> {
      const now = Date.now()
      const finished = await recoveries.update(id, known =>
        isOpen(known, email) && known.dueAt <= now ? { ...known, state: 'finished', noticeAt: NEVER } : undefined,
      )
      if (finished) return finished
      const known = await recoveries.get(id)
      if (known && isOpen(known, email)) throw new Refused('recovery.not_due', { status: 409 })
      throw new Refused('recovery.over', { status: 410 })
    },

    /** Those whose owner is to be told of something at `now`. */
    toTell: (now: number, limit: number): Promise<Page<Recovery>> =>
      recoveries.list({ noticeAt: { lte: now } }, { limit }),

    /** Shortens some of those that were kept in full since `before` (epoch milliseconds). @returns how many were found */
    shorten: (before: number, limit: number): Promise<number> => shortenSome(recoveries, before, limit),

    /** Takes a notice up: of parallel callers one gets it, and has to send it. */
    takeNotice: (accountId: string): Promise<Recovery | undefined> => {
      const now = Date.now()
      return recoveries.update(accountId, known =>
        known.state === 'waiting' && known.noticeAt <= now ? { ...known, noticeAt: nextNotice(known, now) } : undefined,
      )
    },
  }
}

function isOpen({ state, email, endsAt }: Recovery, present: string): boolean {
  return state === 'waiting' && email === present && endsAt > Date.now()
}
