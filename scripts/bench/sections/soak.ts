import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sum } from '../load/statistics.ts'
import { figure, megabytes, ratio } from '../report/figures.ts'
import { endWithUs } from '../servers/children.ts'
import type { SoakDay, SoakEnd } from '../sessions/soak-run.ts'
import { emptyOutcome, type Outcome, type Section } from './section.ts'

const PROGRAM = join(import.meta.dirname, '../sessions/soak-run.ts')
const DAYS = 400
/** By then the first of what is kept longest, a device for 180 days, is gone. */
const FULL_FROM = 200
/** More is growth, and no coincidence of pages. */
const MOST_GROWTH = 1.05

export const soak: Section = {
  name: 'soak',
  title: 'A soak on a moved clock',

  async run({ soak: signIns }) {
    const outcome = emptyOutcome()
    const { days, end } = await runSoak(signIns)
    const [full, last] = [days.find(({ day }) => day >= FULL_FROM)!, days.at(-1)!]
    outcome.notes.push(
      `${signIns.toLocaleString('en-US')} sign-ins over ${DAYS} days on sqlite, all lifetimes as they come; the jobs run each day. ` +
        'Each time one person signs in over HTTP, and the others get the documents that this left, with ids of their own.',
    )
    const every = days.filter(({ day }) => day % 40 === 0)
    outcome.tables.push({
      title: 'The store, day by day',
      headings: ['day', 'sign-ins', 'in use MB', 'file MB'],
      rows: every.map(({ day, signIns: count, live, file }) => [day, count, live / 1e6, file / 1e6]),
    })
    outcome.charts.push(chartOf(days))
    conclude(outcome, full, last, end)
    return outcome
  },
}

async function runSoak(signIns: number): Promise<{ days: SoakDay[]; end: SoakEnd }> {
  const args = [PROGRAM, '--signIns', String(signIns), '--days', String(DAYS)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = endWithUs(child)
  const days: SoakDay[] = []
  let end: SoakEnd | undefined
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as SoakDay | SoakEnd
    if ('left' in line) end = line
    else days.push(line)
    if (!('left' in line) && line.day % 40 === 0) process.stderr.write(`soak, day ${line.day} …\n`)
  }
  await exited
  if (!end) throw new Error('the soak broke off')
  return { days, end }
}

function chartOf(days: SoakDay[]): Outcome['charts'][number] {
  const points = (of: 'live' | 'file') => days.map(one => [one.day, one[of] / 1e6] as [number, number])
  return {
    kind: 'lines',
    name: 'soak',
    title: 'The store’s size in the soak',
    unit: 'MB',
    along: 'days',
    series: [
      { name: 'in use', points: points('live') },
      { name: 'file', points: points('file') },
    ],
  }
}

function conclude(outcome: Outcome, full: SoakDay, last: SoakDay, { left, live }: SoakEnd): void {
  const growth = last.file / full.file
  const documents = sum(Object.values(left))
  const names = Object.entries(left).filter(([, count]) => count > 0)
  outcome.findings.push(
    {
      what: `Soak: the file from day ${FULL_FROM} to day ${last.day}`,
      target: `at most ${ratio(MOST_GROWTH)} times`,
      measured: `${ratio(growth)} times (${megabytes(full.file)}, ${megabytes(last.file)})`,
      met: growth <= MOST_GROWTH,
    },
    {
      what: 'Soak: what is transient, after its time',
      target: 'none left',
      measured:
        documents === 0
          ? `none left; ${megabytes(live)} in use`
          : `left: ${names.map(([name, count]) => `${figure(count)} ${name}`).join(', ')}`,
      met: documents === 0,
    },
  )
}
