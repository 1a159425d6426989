import { cases } from '../cases/list.ts'
import { measure, type Measured } from '../measure.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { stock, type Stocked } from '../servers/stock.ts'
import {
  aboutMongo,
  hasSetting,
  startMongoStore,
  startOrTell,
  startRedis,
  type StoreServer,
} from '../servers/stores.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Outcome, type Section, type Settings } from './section.ts'

const NAMES = ['client-credentials', 'introspection', 'userinfo', 'refresh', 'code-flow', 'password-sign-in']
const PEOPLE = 1000

interface Engine {
  name: string
  stocked: Stocked
}

export const stores: Section = {
  name: 'stores',
  title: 'On sqlite, MongoDB, and MongoDB with Redis',

  async run(settings) {
    const outcome = emptyOutcome()
    outcome.notes.push(
      'Latchkey on one core; the stores’ own servers share the other cores with the client. 32 connections, in turns.',
    )
    const running: StoreServer[] = []
    const engines: Engine[] = [{ name: 'sqlite', stocked: await stock(PEOPLE) }]
    try {
      await addServers(engines, running, outcome)
      await compare(engines, settings, outcome)
      return outcome
    } finally {
      for (const { stocked } of engines) await stocked.drop()
      for (const server of running) await server.stop()
    }
  },
}

async function addServers(engines: Engine[], running: StoreServer[], outcome: Outcome): Promise<void> {
  const start = (begin: () => Promise<StoreServer>) => startOrTell(begin, running, outcome.notes)
  const mongo = await start(startMongoStore)
  if (!mongo) return
  outcome.notes.push(`“Mongo” is ${aboutMongo(mongo)}.`)
  engines.push({ name: 'Mongo', stocked: await stock(PEOPLE, mongo.env) })
  if (!hasSetting('redis')) {
    outcome.notes.push('Mongo with Redis: not there yet, as this Latchkey knows no LATCHKEY_REDIS.')
    return
  }
  const [other, redis] = [await start(startMongoStore), await start(startRedis)]
  if (!other || !redis) return
  outcome.notes.push(`Redis is ${redis.kind}.`)
  engines.push({ name: 'Mongo + Redis', stocked: await stock(PEOPLE, { ...other.env, ...redis.env }) })
}

async function compare(engines: Engine[], { seconds, rounds }: Settings, outcome: Outcome): Promise<void> {
  const rows = []
  const groups = []
  for (const one of cases.filter(({ name }) => NAMES.includes(name))) {
    const starts = engines.map(
      ({ stocked }) =>
        () =>
          startLatchkey(stocked),
    )
    const all = await withServers(starts, targets => measure(one, targets, { connections: 32, seconds, rounds }))
    rows.push(...all.map((measured, at) => rowOf(one.name, engines[at]!.name, measured, all[0]!)))
    groups.push({ label: one.title, values: all.map(({ throughput }) => throughput) })
    outcome.errors.push(...all.flatMap(({ errors }) => errors).map(error => `${one.name}: ${error}`))
  }
  outcome.tables.push({
    title: 'By store',
    headings: ['case', 'store', 'per s', 'to sqlite', 'spread', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs'],
    rows,
  })
  const series = engines.map(({ name }) => name)
  outcome.charts.push({
    kind: 'bars',
    name: 'stores',
    title: 'Operations a second by store',
    unit: '/s',
    series,
    groups,
  })
}

function rowOf(name: string, engine: string, one: Measured, sqlite: Measured) {
  const share = one.throughput / sqlite.throughput
  return [name, engine, one.throughput, share, one.spread, one.p50, one.p95, one.p99, one.cpu]
}
