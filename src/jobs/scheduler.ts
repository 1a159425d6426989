import { Cron } from 'croner'
import type { JobRecords } from '../core/job-records.ts'
import type { Log } from '../lib/log.ts'
import type { Job } from './job.ts'

export interface Scheduler {
  /** Stops starting runs, and waits for the one under way. */
  stop(): Promise<void>
}

/** Looks each second which jobs are due, and runs those that no other process has taken. */
export function startScheduler(jobs: readonly Job[], records: JobRecords, log: Log): Scheduler {
  const underWay = new Map<string, Promise<unknown>>()
  const lastSlot = new Map<string, number>()

  // A process that has just started waits for the next slot: the present one was another's, or is not due.
  for (const job of jobs) lastSlot.set(job.name, slotOf(job, Date.now()))

  const cron = new Cron('* * * * * *', { unref: true }, () => {
    const now = Date.now()
    for (const job of jobs) {
      const slot = slotOf(job, now)
      if (underWay.has(job.name) || slot <= lastSlot.get(job.name)!) continue
      lastSlot.set(job.name, slot)
      underWay.set(
        job.name,
        runJob(job, slot, records, log).finally(() => underWay.delete(job.name)),
      )
    }
  })

  return {
    async stop() {
      cron.stop()
      await Promise.all(underWay.values())
    },
  }
}

/** Runs the job for the slot unless another process has. Never throws: the outcome is in the record and the log. */
export async function runJob(
  job: Job,
  slot: number,
  records: JobRecords,
  log: Log,
): Promise<'success' | 'failure' | 'taken'> {
  try {
    const holder = await records.take(job.name, slot)
    if (!holder) return 'taken'
    const startedAt = Date.now()
    const { outcome, result } = await job.run().then(
      done => ({ outcome: 'success' as const, result: done }),
      (error: unknown) => ({
        outcome: 'failure' as const,
        result: error instanceof Error ? error.message : String(error),
      }),
    )
    await records.end(job.name, holder, outcome, result)
    // Some run every few seconds; that nothing failed is in their records.
    log[outcome === 'success' ? 'debug' : 'error'](
      { event: job.name, outcome, result, durationMs: Date.now() - startedAt },
      'job',
    )
    return outcome
  } catch (error) {
    log.error({ err: error, event: job.name }, 'a job could not be taken or ended')
    return 'failure'
  }
}

function slotOf({ every }: Job, now: number): number {
  const milliseconds = every * 1000
  return Math.floor(now / milliseconds) * milliseconds
}
