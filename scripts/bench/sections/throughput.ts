import type { Case } from '../cases/case.ts'
import { cases } from '../cases/list.ts'
import { measure, type Measured } from '../measure.ts'
import { ratio } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock, type Stocked } from '../servers/stock.ts'
import { startMap } from '../servers/map.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type BarChart, type Cell, type Outcome, type Section, type Settings } from './section.ts'

const PEOPLE = 1000

/** Least ratios to the Map, of the best of 1 to 32 connections each. */
const TARGETS: Record<string, number> = {
  'client-credentials': 0.85,
  introspection: 0.85,
  userinfo: 0.85,
  refresh: 0.7,
  discovery: 1.5,
  keys: 1,
  'code-flow': 0.7,
}

const HEADINGS = [
  'case',
  'connections',
  'Latchkey/s',
  'Map/s',
  'ratio',
  'spread',
  'Map spread',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'Map p50',
  'Map p99',
  'CPU µs',
  'Map CPU µs',
  'CPU times',
  'client cores',
]

interface Pair {
  connections: number
  ours: Measured
  map: Measured
}

export const throughput: Section = {
  name: 'throughput',
  title: 'Beside a plain oidc-provider with a Map for its store',

  run(settings) {
    return withStock(PEOPLE, {}, async stocked => {
      const outcome: Outcome = { ...emptyOutcome(), charts: charts() }
      outcome.notes.push(
        `Both on one core each in turn, ${PEOPLE} accounts, Latchkey on sqlite (synced before each answer), tokens bound to sessions, ID tokens by ES256. ` +
          'CPU is the server’s own, user and system, an operation.',
      )
      const rows: Cell[][] = []
      for (const one of settings.cases.filter(each => cases.includes(each))) {
        const pairs = await measurePairs(one, stocked, settings).catch((error: unknown) => {
          outcome.errors.push(`${one.name}: ${String(error)}`)
          return []
        })
        if (pairs.length === 0) continue
        rows.push(...pairs.map(pair => rowOf(one.name, pair)))
        const errors = pairs.flatMap(({ ours, map }) => [...ours.errors, ...map.errors])
        outcome.errors.push(...errors.map(error => `${one.name}: ${error}`))
        conclude(outcome, one.name, one.title, pairs)
      }
      outcome.tables.push({ title: 'Operations a second, times and CPU', headings: HEADINGS, rows })
      return outcome
    })
  },
}

/** On fresh servers: no garbage of the case before. */
function measurePairs(one: Case, stocked: Stocked, settings: Settings): Promise<Pair[]> {
  return withServers([() => startLatchkey(stocked), () => startMap(PEOPLE)], async targets => {
    const found: Pair[] = []
    for (const connections of widthsOf(settings, one.most)) {
      const [ours, map] = await measure(one, targets, { ...settings, connections })
      found.push({ connections, ours: ours!, map: map! })
    }
    return found
  })
}

function widthsOf({ connections }: Settings, most = Infinity): number[] {
  return [...new Set(connections.map(width => Math.min(width, most)))]
}

function rowOf(name: string, { connections, ours, map }: Pair): Cell[] {
  const times = [ours.p50, ours.p95, ours.p99, map.p50, map.p99]
  return [
    name,
    connections,
    ours.throughput,
    map.throughput,
    ours.throughput / map.throughput,
    ours.spread,
    map.spread,
    ...times,
    ours.cpu,
    map.cpu,
    ours.cpu / map.cpu,
    Math.max(ours.clientBusy, map.clientBusy),
  ]
}

function conclude(outcome: Outcome, name: string, title: string, pairs: Pair[]): void {
  // Of one width alone, if only one was asked for.
  const narrow = pairs.filter(({ connections }) => connections <= 32)
  const best = (side: 'ours' | 'map') =>
    Math.max(...(narrow.length > 0 ? narrow : pairs).map(pair => pair[side].throughput))
  const [ours, map] = [best('ours'), best('map')]
  const [speeds, shares] = outcome.charts as BarChart[]
  speeds!.groups.push({ label: title, values: [ours, map] })
  shares!.groups.push({ label: title, values: [ours / map] })
  const least = TARGETS[name]
  if (least === undefined) return
  outcome.findings.push({
    what: title,
    target: `at least ${ratio(least)} of the Map`,
    measured: ratio(ours / map),
    met: ours / map >= least,
  })
}

const OURS = 'Latchkey on sqlite'

function charts(): BarChart[] {
  const best = 'best of 1 to 32 connections'
  return [
    {
      kind: 'bars',
      name: 'throughput',
      title: `Operations a second on one core, ${best}`,
      unit: '/s',
      series: [OURS, 'plain oidc-provider on a Map'],
      groups: [],
    },
    {
      kind: 'bars',
      name: 'ratios',
      title: `Operations a second to those of a plain oidc-provider on a Map, ${best}`,
      unit: 'times',
      series: [OURS],
      groups: [],
    },
  ]
}
