import pLimit from 'p-limit'
import { Refused } from './errors.ts'

/** Runs a job when its turn comes. Throws Refused `busy` (503) at once when too many wait already. */
export type Bounded = <T>(job: () => Promise<T>) => Promise<T>

/** At most `width` jobs run and at most `queue` wait: beyond that, a quick no is worth more than a slow yes. */
export function createBounded(width: number, queue: number): Bounded {
  const limit = pLimit(width)
  return async job => {
    const free = width - limit.activeCount - limit.pendingCount
    if (free + queue <= 0) {
      throw new Refused('busy', {
        status: 503,
        hint: 'Too much is going on right now. Try again shortly.',
        retryAfter: 2,
      })
    }
    return limit(job)
  }
}
