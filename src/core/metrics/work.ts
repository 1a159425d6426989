// What the parts of the core tell of their work, each as it is done.
import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { JobOutcome, JobRecords } from '../job-records.ts'
import type { BreachAnswer } from '../passwords/breached.ts'
import type { Rule } from '../limits/rule.ts'
import type { Outcome } from '../outbox/sender.ts'

export function measureWork(metrics: Metrics) {
  const hashes = metrics.histogram({
    name: 'latchkey_hash_seconds',
    help: 'Time of a password in the queue (wait) and of its hash (run).',
    labels: ['phase'],
  })
  const waits = hashes.with('wait')
  const runs = hashes.with('run')
  const mails = metrics.counter({
    name: 'latchkey_mails_total',
    help: 'Tries to send a mail, by its kind and outcome; one that failed is tried again.',
    labels: ['mail', 'outcome'],
  })
  const messages = metrics.counter({
    name: 'latchkey_sms_total',
    help: 'Tries to send a text message, by outcome; one that failed is tried again.',
    labels: ['outcome'],
  })
  const refusals = metrics.counter({
    name: 'latchkey_limit_refusals_total',
    help: 'Tries that a limit refused, by limit.',
    labels: ['limit'],
  })
  const lookUps = metrics.counter({
    name: 'latchkey_breached_lookups_total',
    help: 'New passwords looked up among leaked ones, by answer.',
    labels: ['answer'],
  })
  const logouts = metrics.counter({
    name: 'latchkey_logouts_total',
    help: 'Back-channel logouts, by outcome; one that failed is tried again.',
    labels: ['outcome'],
  })
  const jobs = metrics.histogram({
    name: 'latchkey_job_duration_seconds',
    help: 'Time of a run of a job, by task and outcome.',
    labels: ['task', 'outcome'],
  })

  return {
    hashed(waited: number, took: number): void {
      waits.observe(waited)
      runs.observe(took)
    },
    mailed: (mail: string, outcome: Outcome): unknown => mails.with(mail, outcome).value++,
    texted: (_name: string, outcome: Outcome): unknown => messages.with(outcome).value++,
    lookedUp: (answer: BreachAnswer): unknown => lookUps.with(answer).value++,
    limited: (rule: Rule): unknown => refusals.with(rule.name).value++,
    toldOfSignOuts({ told, failed }: { told: number; failed: number }): void {
      logouts.with('told').value += told
      logouts.with('failed').value += failed
    },
    ran: (job: string, outcome: JobOutcome, seconds: number): void => jobs.with(job, outcome).observe(seconds),
  }
}

type Jobs = readonly { name: string; every: number }[]

/** By the jobs' records, so that it is known whichever process ran them, and after a restart. */
export function readJobs(metrics: Metrics, jobs: Jobs, records: JobRecords): void {
  metrics.reading(
    { name: 'latchkey_job_interval_seconds', help: 'How often a job is to run.', aggregator: 'max' },
    () => jobs.map(({ name, every }) => ({ labels: { task: name }, value: every })),
  )
  metrics.reading(
    {
      name: 'latchkey_job_last_success_timestamp_seconds',
      help: 'When a job last ended well, in any process.',
      aggregator: 'max',
    },
    async () => {
      const found = await Promise.all(jobs.map(({ name }) => records.get(name)))
      return found.flatMap(record =>
        record?.succeededAt ? [{ labels: { task: record.id }, value: record.succeededAt / 1000 }] : [],
      )
    },
  )
}
