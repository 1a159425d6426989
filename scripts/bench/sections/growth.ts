import { cases } from '../cases/list.ts'
import { measure, type Measured } from '../measure.ts'
import { ratio } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { stock, type Stocked } from '../servers/stock.ts'
import { withServers } from '../servers/with-servers.ts'
import { fillSessions } from '../sessions/fill.ts'
import { emptyOutcome, type Outcome, type Section, type Settings } from './section.ts'

const NAMES = ['client-credentials', 'introspection', 'userinfo', 'refresh', 'code-flow', 'password-sign-in']
const MOST_SESSIONS = 100_000
const MOST = 1.25
const CONNECTIONS = 8

export const growth: Section = {
  name: 'growth',
  title: 'With many accounts and sessions',

  async run(settings) {
    const outcome = emptyOutcome()
    outcome.notes.push(
      `On sqlite, ${CONNECTIONS} connections, in turns; each request is of a person at random among those who are signed in, ` +
        `each sign-in of an account at random. As many are signed in as there are accounts, at most ${MOST_SESSIONS.toLocaleString('en-US')}.`,
    )
    const stocked: Stocked[] = []
    try {
      for (const size of settings.sizes) {
        const start = performance.now()
        stocked.push(await stock(size))
        await fillSessions(stocked.at(-1)!, Math.min(size, MOST_SESSIONS))
        process.stderr.write(`${size} accounts in ${Math.round((performance.now() - start) / 1000)} s …\n`)
      }
      await compare(stocked, settings, outcome)
      return outcome
    } finally {
      for (const one of stocked) await one.drop()
    }
  },
}

async function compare(stocked: Stocked[], { seconds, rounds }: Settings, outcome: Outcome): Promise<void> {
  const rows = []
  const groups = []
  const starts = stocked.map(one => () => startLatchkey(one))
  for (const one of cases.filter(({ name }) => NAMES.includes(name))) {
    const all = await withServers(starts, targets =>
      measure(one, targets, { connections: CONNECTIONS, seconds, rounds }),
    )
    const [least] = all
    rows.push(...all.map((measured, at) => rowOf(one.name, stocked[at]!.people, measured, least!)))
    groups.push({ label: one.title, values: all.map(({ p50 }) => p50 / least!.p50) })
    outcome.errors.push(...all.flatMap(({ errors }) => errors).map(error => `${one.name}: ${error}`))
    const most = all.at(-1)!
    const [p50, p99] = [most.p50 / least!.p50, most.p99 / least!.p99]
    outcome.findings.push({
      what: `Growth to ${stocked.at(-1)!.people.toLocaleString('en-US')} accounts, ${one.name}`,
      target: `p50 and p99 at most ${MOST} times those at ${stocked[0]!.people.toLocaleString('en-US')}`,
      measured: `p50 ${ratio(p50)}, p99 ${ratio(p99)}`,
      met: p50 <= MOST && p99 <= MOST,
    })
  }
  outcome.tables.push({
    title: 'By number of accounts',
    headings: ['case', 'accounts', 'per s', 'spread', 'p50 ms', 'times', 'p95 ms', 'p99 ms', 'times', 'CPU µs'],
    rows,
  })
  const series = stocked.map(({ people }) => `${people.toLocaleString('en-US')} accounts`)
  outcome.charts.push({
    kind: 'bars',
    name: 'growth',
    title: 'Median time by number of accounts',
    unit: 'ms',
    series,
    groups,
  })
}

function rowOf(name: string, people: number, one: Measured, least: Measured) {
  const [p50, p99] = [one.p50 / least.p50, one.p99 / least.p99]
  return [name, people, one.throughput, one.spread, one.p50, p50, one.p95, one.p99, p99, one.cpu]
}
