import { createDevices } from '../../core/sessions/devices.ts'
import { createJobRecords, type JobRecord } from '../../core/job-records.ts'
import { createLinks } from '../../core/links/links.ts'
import { createRecoveries } from '../../core/recoveries/recoveries.ts'
import type { Job } from '../../jobs/job.ts'
import { listJobs } from '../../jobs/list.ts'
import { runJob } from '../../jobs/scheduler.ts'
import { createLog } from '../../lib/log.ts'
import { CommandError } from '../support/failure.ts'
import { openMail } from '../support/mail.ts'
import type { Opened } from '../support/open.ts'

type Run = Omit<JobRecord, 'id' | 'slot' | 'holder' | 'leaseUntil'>

/** What a job is, whether it runs now, and how its last run went. */
export type JobFacts = Pick<Job, 'name' | 'about' | 'every'> & { running: boolean } & Partial<Run>

// What a run did is told by its record.
const silent = createLog({ logLevel: 'silent' })

export function jobsOf(opened: Opened): Job[] {
  const { config, store } = opened
  return listJobs({
    ...opened,
    links: createLinks(store, { ttl: config.magicLinkTtl }),
    devices: createDevices(store),
    recoveries: createRecoveries(store, { delay: config.recoveryDelay }),
    sendLogouts: () => tellApps(opened),
    ...openMail(opened),
  })
}

/**
 * Runs the job now, unless it runs somewhere already; its schedule stays as it is.
 * @throws CommandError when it runs elsewhere, or failed
 */
export async function runNow(opened: Opened, job: Job): Promise<JobFacts> {
  const records = createJobRecords(opened.store)
  const outcome = await runJob(job, Date.now(), records, silent)
  if (outcome === 'taken') throw new CommandError(`${job.name} is being run by another process just now.`)
  const facts = factsOf(job, await records.get(job.name))
  if (outcome === 'failure') throw new CommandError(`${job.name} failed: ${facts.result ?? 'see the log'}`)
  return facts
}

export function factsOf({ name, about, every }: Job, record: JobRecord | undefined): JobFacts {
  if (!record) return { name, about, every, running: false }
  const { id: _id, slot: _slot, holder, leaseUntil, ...run } = record
  return { name, about, every, running: holder !== undefined && leaseUntil > Date.now(), ...run }
}

/** The provider that signs what apps are told is loaded only when it is needed: it takes longer than all the rest. */
async function tellApps({ config, store, keys, logouts }: Opened): Promise<{ told: number; failed: number }> {
  const { createLogoutProvider } = await import('../../oidc/sessions/logout-provider.ts')
  const { sendLogouts } = await import('../../oidc/sessions/send-logouts.ts')
  return sendLogouts(createLogoutProvider(config, store, await keys.load(), logouts), logouts, silent)
}
