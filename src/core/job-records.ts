// What is kept of each scheduled job: who runs it now, and how its last run went. The record is the lease by which a job
// runs once across all processes.
import { z } from 'zod'
import { newId } from '../lib/ids.ts'
import type { Declaration, Store } from '../storage/port.ts'

const jobRecordSchema = z.object({
  /** The job's name. */
  id: z.string(),
  /** The scheduled time (epoch milliseconds) that was last taken up. */
  slot: z.number(),
  holder: z.string().optional(),
  leaseUntil: z.number(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  durationMs: z.number().optional(),
  outcome: z.enum(['success', 'failure']).optional(),
  /** When a run last ended well. Epoch milliseconds. */
  succeededAt: z.number().optional(),
  /** What the run did, in words; for a failure, its message. */
  result: z.string().optional(),
})

export type JobOutcome = 'success' | 'failure'
export type JobRecord = z.infer<typeof jobRecordSchema>

export const jobDeclaration: Declaration<JobRecord> = { name: 'jobs', schema: jobRecordSchema }

/** A holder that has not ended by then is taken to be dead. Milliseconds. */
const LEASE = 10 * 60 * 1000

export type JobRecords = ReturnType<typeof createJobRecords>

/** @param ended told of each run of this process: the job, its outcome, and its seconds */
export function createJobRecords(
  store: Store,
  ended: (job: string, outcome: JobOutcome, seconds: number) => void = () => {},
) {
  const records = store.collection(jobDeclaration)
  return {
    /** Takes the job for this slot: of all processes one gets the holder's key. */
    async take(name: string, slot: number): Promise<string | undefined> {
      const now = Date.now()
      const holder = newId()
      const taken = await records.upsert(name, known =>
        known && (known.slot >= slot || known.leaseUntil > now)
          ? undefined
          : { ...known, id: name, slot, holder, leaseUntil: now + LEASE, startedAt: now },
      )
      return taken && holder
    },

    /** Notes how the run went, and lets go; not when another has taken over meanwhile. */
    async end(name: string, holder: string, outcome: JobOutcome, result: string): Promise<void> {
      const now = Date.now()
      let durationMs: number | undefined
      await records.update(name, known => {
        if (known.holder !== holder) return undefined
        const { holder: _holder, ...rest } = known
        durationMs = now - known.startedAt
        return {
          ...rest,
          leaseUntil: 0,
          endedAt: now,
          durationMs,
          outcome,
          ...(outcome === 'success' ? { succeededAt: now } : {}),
          result: result.slice(0, 500),
        }
      })
      if (durationMs !== undefined) ended(name, outcome, durationMs / 1000)
    },

    get: (name: string): Promise<JobRecord | undefined> => records.get(name),
  }
}
