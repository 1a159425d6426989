// Limits on guessing. A try is counted before the secret is looked at, in the durable store, so that parallel tries,
// other processes and a restart all see it. Success gives the try back. What only holds back a flood may be counted where
// counting is cheap and can be forgotten.
import { z } from 'zod'
import { Refused } from '../lib/errors.ts'
import { Unavailable, type Collection, type Declaration, type Store } from '../storage/port.ts'

const counterSchema = z.object({
  id: z.string(),
  count: z.number(),
  /** Epoch milliseconds. */
  windowEndsAt: z.number(),
  lockedUntil: z.number().optional(),
  expiresAt: z.number(),
})

type Counter = z.infer<typeof counterSchema>

export const counterDeclaration: Declaration<Counter> = {
  name: 'counters',
  schema: counterSchema,
  expires: 'expiresAt',
}

/** As `counters`, of limits that a loss of the count does not harm. */
export const floodDeclaration: Declaration<Counter> = { ...counterDeclaration, name: 'floods', volatile: true }

/** `max` tries in `window` seconds; one more closes it for `lock` seconds (the rest of the window where there is none). */
export interface Rule {
  name: string
  max: number
  window: number
  lock?: number
  /**
   * It holds back a flood, and no guess at a secret depends on it: to lose the count costs nothing but some more requests.
   * Whatever does not say so is counted where it lasts.
   */
  flood?: boolean
}

/** The limit is passed. `begins` says whether it was passed by this very try: once for each lock. */
export class LimitReached extends Refused {
  readonly begins: boolean
  /** When it opens again. Epoch milliseconds. */
  readonly until: number

  constructor(rule: Rule, milliseconds: number, begins: boolean) {
    const retryAfter = Math.max(1, Math.ceil(milliseconds / 1000))
    super(`limit.${rule.name}`, {
      status: 429,
      retryAfter,
      says: 'limit',
      values: { count: Math.ceil(retryAfter / 60) },
    })
    this.begins = begins
    this.until = Date.now() + milliseconds
  }
}

export type Limits = ReturnType<typeof createLimits>

/** @param refused told of each try that a limit refuses */
export function createLimits(store: Store, refused: (rule: Rule) => void = () => {}) {
  const durable = store.collection(counterDeclaration)
  const volatile = store.collection(floodDeclaration)
  const idOf = (rule: Rule, key: string) => `${rule.name}:${key}`

  /** A flood is held back also while what counts it is away. */
  async function within<R>(rule: Rule, count: (counters: Collection<Counter>) => Promise<R>): Promise<R> {
    if (!rule.flood) return count(durable)
    try {
      return await count(volatile)
    } catch (error) {
      if (error instanceof Unavailable) return count(durable)
      throw error
    }
  }

  return {
    /** Counts one try. @throws LimitReached `limit.NAME`, 429 with the seconds to wait, when the limit is passed. */
    async count(rule: Rule, key: string): Promise<Counter> {
      const now = Date.now()
      let begins = false
      const counter = (await within(rule, counters =>
        counters.upsert(idOf(rule, key), known => {
          const next = counted(rule, idOf(rule, key), known, now)
          begins = next !== known && next.count === rule.max + 1
          return next
        }),
      ))!
      const openAgainAt = counter.lockedUntil ?? (counter.count > rule.max ? counter.windowEndsAt : 0)
      if (openAgainAt > now) {
        refused(rule)
        throw new LimitReached(rule, openAgainAt - now, begins)
      }
      return counter
    },

    /** What stands against the limit now: tries, and until when it is closed (epoch milliseconds), if it is. */
    async look(rule: Rule, key: string): Promise<{ count: number; lockedUntil?: number }> {
      const now = Date.now()
      const known = await within(rule, counters => counters.get(idOf(rule, key)))
      const counter = known && withinReach(rule, known, now)
      if (!counter) return { count: 0 }
      const { count, windowEndsAt } = counter
      const lockedUntil = counter.lockedUntil ?? (!rule.lock && count >= rule.max ? windowEndsAt : 0)
      return { count: windowEndsAt > now ? count : 0, ...(lockedUntil > now ? { lockedUntil } : {}) }
    },

    /** Gives back one try that was no failure. */
    async giveBack(rule: Rule, key: string): Promise<void> {
      await within(rule, counters =>
        counters.update(idOf(rule, key), known => (known.count > 0 ? { ...known, count: known.count - 1 } : undefined)),
      )
    },

    /** Forgets the failures: after a success, or by an admin. */
    async clear(rule: Rule, key: string): Promise<void> {
      await within(rule, counters => counters.remove(idOf(rule, key)))
    },
  }
}

function counted(rule: Rule, id: string, found: Counter | undefined, now: number): Counter {
  const known = found && withinReach(rule, found, now)
  if (known?.lockedUntil && known.lockedUntil > now) return known
  const open = known && known.windowEndsAt > now && !known.lockedUntil
  const count = open ? known.count + 1 : 1
  const windowEndsAt = open ? known.windowEndsAt : now + rule.window * 1000
  const lockedUntil = count > rule.max && rule.lock ? now + rule.lock * 1000 : undefined
  return {
    id,
    count,
    windowEndsAt,
    ...(lockedUntil ? { lockedUntil } : {}),
    expiresAt: Math.max(windowEndsAt, lockedUntil ?? 0),
  }
}

/** Times that lie further off than the rule can set them were set by a clock that ran ahead: it was put right since. */
function withinReach(rule: Rule, counter: Counter, now: number): Counter {
  const windowEndsAt = Math.min(counter.windowEndsAt, now + rule.window * 1000)
  const lockedUntil = counter.lockedUntil && Math.min(counter.lockedUntil, now + (rule.lock ?? 0) * 1000)
  if (windowEndsAt === counter.windowEndsAt && lockedUntil === counter.lockedUntil) return counter
  return {
    ...counter,
    windowEndsAt,
    ...(lockedUntil ? { lockedUntil } : {}),
    expiresAt: Math.max(windowEndsAt, lockedUntil ?? 0),
  }
}
