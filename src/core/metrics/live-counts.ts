// How many sessions, tokens and locks there are now, without ever counting them. Each is entered under the time at which it
// ends by itself, so that what runs out leaves the count with no job and no event; what ends earlier is taken out again.
// Processes add what they have seen to one document a count. A process that is killed loses at most the last seconds, and
// the count is right again once what it had seen would have ended.
import { z } from 'zod'
import type { Declaration, Store } from '../../storage/port.ts'

const liveCountSchema = z.object({
  id: z.string(),
  /** By end (epoch milliseconds): how many end then. */
  ends: z.record(z.string(), z.number()),
})

type Ends = z.infer<typeof liveCountSchema>['ends']

export const liveCountDeclaration: Declaration<z.infer<typeof liveCountSchema>> = {
  name: 'liveCounts',
  schema: liveCountSchema,
}

export const LIVE = ['sessions', 'access_tokens', 'client_credentials', 'refresh_tokens', 'locks'] as const
export type LiveKind = (typeof LIVE)[number]

/** Milliseconds. */
const FLUSH_EVERY = 5000
/** The finest step between two ends, in milliseconds. What still has long to go is entered in coarser steps. */
const STEP = 15_000
const STEPS = 64

export interface LiveCount {
  /** One more, which ends by itself at `until` (epoch milliseconds). */
  enter(until: number): void
  /** One less, which would have ended at `until`. */
  leave(until: number): void
  /** So many less, of which nobody knows when they would have ended: those that had the longest to go. */
  leaveSome(count: number): void
}

export type LiveCounts = ReturnType<typeof createLiveCounts>

export function createLiveCounts(store: Store) {
  const documents = store.collection(liveCountDeclaration)
  const pending = Object.fromEntries(LIVE.map(kind => [kind, nothingPending()])) as Record<LiveKind, Pending>

  function countOf(kind: LiveKind): LiveCount {
    const add = (until: number, change: number) => {
      const now = Date.now()
      if (until <= now) return
      const end = endOf(until, now)
      const { ends } = pending[kind]
      ends.set(end, (ends.get(end) ?? 0) + change)
    }
    return {
      enter: until => add(until, 1),
      leave: until => add(until, -1),
      leaveSome: count => void (pending[kind].some += count),
    }
  }

  async function flushOne(kind: LiveKind): Promise<void> {
    const mine = pending[kind]
    if (mine.ends.size === 0 && mine.some === 0) return
    pending[kind] = nothingPending()
    try {
      await documents.upsert(kind, known => ({ id: kind, ends: merged(known?.ends ?? {}, mine, Date.now()) }))
    } catch (error) {
      // The store is away: it waits with what comes meanwhile.
      for (const [end, change] of mine.ends) pending[kind].ends.set(end, (pending[kind].ends.get(end) ?? 0) + change)
      pending[kind].some += mine.some
      throw error
    }
  }

  async function flush(): Promise<void> {
    const outcomes = await Promise.allSettled(LIVE.map(flushOne))
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }

  return {
    ...(Object.fromEntries(LIVE.map(kind => [kind, countOf(kind)])) as Record<LiveKind, LiveCount>),

    /** Adds what this process has seen to what all have. @throws Unavailable; it is kept for the next time then */
    flush,

    /** How many there are now, by the document and what this process has not added yet. */
    async read(kind: LiveKind): Promise<number> {
      const known = await documents.get(kind)
      const ends = merged(known?.ends ?? {}, pending[kind], Date.now())
      return Math.max(
        0,
        Object.values(ends).reduce((sum, count) => sum + count, 0),
      )
    },

    /** Flushes every few seconds. @returns what ends that, with a last one */
    keep(failed: (error: unknown) => void): () => Promise<void> {
      const timer = setInterval(() => void flush().catch(failed), FLUSH_EVERY)
      timer.unref()
      return async () => {
        clearInterval(timer)
        await flush().catch(failed)
      }
    },
  }
}

interface Pending {
  ends: Map<number, number>
  some: number
}

function nothingPending(): Pending {
  return { ends: new Map(), some: 0 }
}

/** The end under which it is entered: never before `until`, and at most a thirty-second of what is left after it. */
function endOf(until: number, now: number): number {
  let step = STEP
  while ((until - now) / step > STEPS) step *= 2
  return Math.ceil(until / step) * step
}

/** Pure, as it may run again. Ends that are over are dropped. */
function merged(known: Ends, { ends, some }: Pending, now: number): Ends {
  const all = new Map(Object.entries(known).map(([end, count]) => [Number(end), count]))
  for (const [end, change] of ends) all.set(end, (all.get(end) ?? 0) + change)
  let left = some
  for (const end of [...all.keys()].toSorted((one, other) => other - one)) {
    const taken = Math.min(left, Math.max(0, all.get(end)!))
    left -= taken
    all.set(end, all.get(end)! - taken)
  }
  return Object.fromEntries([...all].filter(([end, count]) => end > now && count !== 0))
}
