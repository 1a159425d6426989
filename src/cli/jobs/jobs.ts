import { Argument, type Command } from 'commander'
import { createJobRecords } from '../../core/job-records.ts'
import { formatDuration } from '../../lib/config/kinds.ts'
import { CommandError } from '../support/failure.ts'
import { withStore } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print, table, time } from '../support/print.ts'
import { factsOf, jobsOf, runNow, type JobFacts } from './run-job.ts'

export function define(jobs: Command): void {
  withJson(jobs.command('list')).description('list the jobs of the server, and how their last runs went').action(list)
  withJson(jobs.command('run'))
    .addArgument(new Argument('<name>', 'as listed by `latchkey jobs list`'))
    .description('run a job now, once; its schedule stays as it is')
    .action(run)
}

function list({ json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const records = createJobRecords(opened.store)
    const items = await Promise.all(jobsOf(opened).map(async job => factsOf(job, await records.get(job.name))))
    print(json, { items }, () => {
      const headings = ['name', 'every', 'last run', 'took', 'outcome', 'result', 'about']
      return table(headings, items.map(rowOf))
    })
  })
}

function run(name: string, { json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const jobs = jobsOf(opened)
    const job = jobs.find(one => one.name === name)
    if (!job) throw new CommandError(`There is no job ${name}: expected ${jobs.map(one => one.name).join(', ')}.`)
    const facts = await runNow(opened, job)
    print(json, facts, () => `${name}: ${facts.result}, in ${facts.durationMs} ms.`)
  })
}

function rowOf({ name, about, every, running, startedAt, durationMs, outcome, result }: JobFacts): string[] {
  const lastRun = running ? 'now' : startedAt === undefined ? 'never' : time(startedAt)
  const took = durationMs === undefined ? '' : `${durationMs} ms`
  return [name, formatDuration(every), lastRun, took, outcome ?? '', result ?? '', about]
}
