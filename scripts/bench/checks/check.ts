import type { InProcess } from '../servers/in-process.ts'

/** One act whose worst times have a bound. */
export interface Check {
  title: string
  /** p99 on sqlite. Milliseconds. */
  most: number
  /** p99 on Mongo with Redis, network and hashes included: nobody may fall below. Milliseconds. */
  floor: number
  /** How often at most, where a limit of the server's ends it. */
  times?: number
  /** Makes ready, and answers an act that tells how long it took, in milliseconds. */
  prepare(running: InProcess): Promise<() => Promise<number>>
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
