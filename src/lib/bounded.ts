import pLimit from 'p-limit'
import { Refused } from './errors.ts'

export interface Bounded {
  /** Runs a job when its turn comes. Throws Refused `busy` (503) at once when too many wait already. */
  <T>(job: () => Promise<T>): Promise<T>
  state(): BoundedState
}

export interface BoundedState {
  running: number
  waiting: number
  /** Since the start. */
  refused: number
  /** Whether the next job would be refused. */
  full: boolean
}

/**
 * At most `width` jobs run and at most `queue` wait: beyond that, a quick no is worth more than a slow yes.
 * @param ended told of each job, failed or not, how long it waited and how long it took: seconds
 */
export function createBounded(
  width: number,
  queue: number,
  ended: (waited: number, took: number) => void = () => {},
): Bounded {
  const limit = pLimit(width)
  let refused = 0
  const isFull = () => width + queue <= limit.activeCount + limit.pendingCount

  async function run<T>(job: () => Promise<T>): Promise<T> {
    if (isFull()) {
      refused++
      throw new Refused('busy', {
        status: 503,
        retryAfter: 2,
      })
    }
    const asked = performance.now()
    return limit(async () => {
      const begun = performance.now()
      try {
        return await job()
      } finally {
        ended((begun - asked) / 1000, (performance.now() - begun) / 1000)
      }
    })
  }

  return Object.assign(run, {
    state: () => ({ running: limit.activeCount, waiting: limit.pendingCount, refused, full: isFull() }),
  })
}
