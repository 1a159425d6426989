// Limits on guessing. A try is counted before the secret is looked at, in the durable store, so that parallel tries,
// other processes and a restart all see it. Success gives the try back. What only holds back a flood may be counted where
// counting is cheap and can be forgotten.
import { z } from 'zod'
import { Refused } from '../../lib/errors.ts'
import { Unavailable, type Collection, type Declaration, type Store } from '../../storage/port.ts'
import type { Rule } from './rule.ts'
import type { RuleInForce } from './settings.ts'

const counterSchema = z.object({
  id: z.string(),
  count: z.number(),
  /** Epoch milliseconds. */
  windowEndsAt: z.number(),
  /** Of the last lock, also when it is over. Epoch milliseconds. */
  lockedUntil: z.number().optional(),
  /** How many locks came one after another. */
  locks: z.number().optional(),
  expiresAt: z.number(),
})

type Counter = z.infer<typeof counterSchema>

/** After so long without a wrong try, the next lock is a first one again. Milliseconds. */
const LOCKS_REMEMBERED = 24 * 60 * 60 * 1000

export const counterDeclaration: Declaration<Counter> = {
  name: 'counters',
  schema: counterSchema,
  expires: 'expiresAt',
}

/** As `counters`, of limits that a loss of the count does not harm. */
export const floodDeclaration: Declaration<Counter> = { ...counterDeclaration, name: 'floods', volatile: true }

/** The limit is passed. `begins` says whether it was passed by this very try: once for each lock. */
export class LimitReached extends Refused {
  readonly rule: Rule
  readonly begins: boolean
  /** When it opens again. Epoch milliseconds. */
  readonly until: number

  constructor(rule: Rule, milliseconds: number, begins: boolean) {
    const retryAfter = Math.max(1, Math.ceil(milliseconds / 1000))
    super(`limit.${rule.name}`, {
      status: 429,
      retryAfter,
      says: rule.budget ?? 'limit',
      values: { count: Math.ceil(retryAfter / 60) },
    })
    this.rule = rule
    this.begins = begins
    this.until = Date.now() + milliseconds
  }
}

export type Limits = ReturnType<typeof createLimits>

export interface LimitOptions {
  /** What holds here of each rule; every rule as it is, unless given. */
  inForce?: RuleInForce
  /** Told of each try that a limit refuses. */
  refused?: (rule: Rule) => void
  /** Told of a budget by the try that finds it spent, once for each window; until when, in epoch milliseconds. */
  spent?: (rule: Rule, until: number) => Promise<void>
}

export function createLimits(
  store: Store,
  { inForce = rule => rule, refused = () => {}, spent = async () => {} }: LimitOptions = {},
) {
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
    /**
     * Counts one try.
     * @returns which try of the window it is; 0 where the limit is switched off
     * @throws LimitReached `limit.NAME`, 429 with the seconds to wait, when the limit is passed
     */
    async count(listed: Rule, key: string): Promise<number> {
      const rule = inForce(listed)
      if (!rule) return 0
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
        if (begins && rule.budget) await spent(rule, openAgainAt)
        throw new LimitReached(rule, openAgainAt - now, begins)
      }
      return counter.count
    },

    /**
     * What stands against the limit now: tries, how many more it lets through, and until when it is closed (epoch
     * milliseconds), if it is.
     */
    async look(listed: Rule, key: string): Promise<{ count: number; left: number; lockedUntil?: number }> {
      const rule = inForce(listed)
      if (!rule) return { count: 0, left: Infinity }
      const now = Date.now()
      const known = await within(rule, counters => counters.get(idOf(rule, key)))
      const counter = known && withinReach(rule, known, now)
      if (!counter) return { count: 0, left: rule.max }
      const { windowEndsAt } = counter
      const lockedUntil = counter.lockedUntil ?? (!rule.lock && counter.count >= rule.max ? windowEndsAt : 0)
      const count = windowEndsAt > now ? counter.count : 0
      if (lockedUntil > now) return { count, left: 0, lockedUntil }
      // After a lock the count begins anew.
      return { count, left: counter.lockedUntil ? rule.max : rule.max - count }
    },

    /** Gives back one try that was no failure. */
    async giveBack(rule: Rule, key: string): Promise<void> {
      if (!inForce(rule)) return
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
  const before = known?.locks ?? 0
  if (!rule.lock || count <= rule.max) return remembered(rule, { id, count, windowEndsAt, ...locksOf(before) })
  const lockedUntil = now + lockOf(rule, before) * 1000
  return remembered(rule, { id, count, windowEndsAt, lockedUntil, ...locksOf(before + 1) })
}

/** How long a lock lasts that follows so many others. Seconds. */
function lockOf({ lock = 0, longestLock = lock }: Rule, before: number): number {
  return Math.min(lock * 2 ** before, Math.max(lock, longestLock))
}

function locksOf(locks: number): Pick<Counter, 'locks'> {
  return locks > 0 ? { locks } : {}
}

/** For as long as it says something: locks that could grow are remembered beyond their end. */
function remembered({ lock = 0, longestLock = lock }: Rule, counter: Omit<Counter, 'expiresAt'>): Counter {
  const ends = Math.max(counter.windowEndsAt, counter.lockedUntil ?? 0)
  return { ...counter, expiresAt: counter.locks && longestLock > lock ? ends + LOCKS_REMEMBERED : ends }
}

/** Times that lie further off than the rule can set them were set by a clock that ran ahead: it was put right since. */
function withinReach(rule: Rule, counter: Counter, now: number): Counter {
  const windowEndsAt = Math.min(counter.windowEndsAt, now + rule.window * 1000)
  const lockedUntil =
    counter.lockedUntil && Math.min(counter.lockedUntil, now + lockOf(rule, (counter.locks ?? 1) - 1) * 1000)
  if (windowEndsAt === counter.windowEndsAt && lockedUntil === counter.lockedUntil) return counter
  return remembered(rule, { ...counter, windowEndsAt, ...(lockedUntil ? { lockedUntil } : {}) })
}
