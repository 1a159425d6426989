import type { Check } from '../checks/check.ts'
import { checks } from '../checks/list.ts'
import { percentile } from '../load/statistics.ts'
import { milliseconds } from '../report/figures.ts'
import { openInProcess, type InProcess } from '../servers/in-process.ts'
import { stock } from '../servers/stock.ts'
import {
  aboutMongo,
  hasSetting,
  startMongoStore,
  startOrTell,
  startRedis,
  type StoreServer,
} from '../servers/stores.ts'
import { fillSessions } from '../sessions/fill.ts'
import { emptyOutcome, type Cell, type Outcome, type Section, type Settings } from './section.ts'

const PEOPLE = 10_000
const TIMES = 2000

export const acts: Section = {
  name: 'acts',
  title: 'The worst times of single acts',

  async run(settings) {
    const outcome = emptyOutcome()
    outcome.notes.push(
      `One after the other, ${PEOPLE.toLocaleString('en-US')} accounts, all signed in; the app, its store and the client in one process.`,
    )
    await onStore('sqlite', {}, 'most', settings, outcome)
    if (hasSetting('redis')) await onMongoAndRedis(settings, outcome)
    else outcome.notes.push('On Mongo with Redis: not there yet, as this Latchkey knows no LATCHKEY_REDIS.')
    return outcome
  },
}

async function onMongoAndRedis(settings: Settings, outcome: Outcome): Promise<void> {
  const running: StoreServer[] = []
  try {
    const mongo = await startOrTell(startMongoStore, running, outcome.notes)
    const redis = mongo && (await startOrTell(startRedis, running, outcome.notes))
    if (!mongo || !redis) return
    outcome.notes.push(`“Mongo” is ${aboutMongo(mongo)}; Redis is ${redis.kind}.`)
    await onStore('Mongo + Redis', { ...mongo.env, ...redis.env }, 'floor', settings, outcome)
  } finally {
    for (const server of running) await server.stop()
  }
}

async function onStore(
  name: string,
  env: Record<string, string>,
  bound: 'most' | 'floor',
  { seconds }: Settings,
  outcome: Outcome,
): Promise<void> {
  const stocked = await stock(PEOPLE, env)
  await fillSessions(stocked, PEOPLE)
  const running = await openInProcess(stocked)
  const rows: Cell[][] = []
  try {
    for (const check of checks) {
      const times = await timesOf(check, running, seconds * 5)
      const p99 = percentile(times, 0.99)
      rows.push([check.title, times.length, percentile(times, 0.5), p99, times.at(-1) ?? null])
      outcome.findings.push({
        what: `${check.title}, p99 on ${name}`,
        target: `under ${check[bound]} ms`,
        measured: milliseconds(p99),
        met: p99 < check[bound],
      })
    }
  } finally {
    await running.close()
    await stocked.drop()
  }
  outcome.tables.push({ title: `On ${name}`, headings: ['', 'times', 'p50 ms', 'p99 ms', 'slowest ms'], rows })
}

/** Sorted; at most for so many seconds. */
async function timesOf(check: Check, running: InProcess, seconds: number): Promise<Float64Array> {
  const act = await check.prepare(running)
  const until = performance.now() + seconds * 1000
  const times: number[] = []
  while (times.length < (check.times ?? TIMES) && performance.now() < until) times.push(await act())
  return Float64Array.from(times).sort()
}
