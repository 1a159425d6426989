import { availableParallelism, cpus } from 'node:os'
import { cases } from '../cases/list.ts'
import { measure } from '../measure.ts'
import { ratio } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock } from '../servers/stock.ts'
import { canPin } from '../servers/process.ts'
import { hasSetting } from '../servers/stores.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, notMeasured, type Section } from './section.ts'

/** What two workers must give, in times of one. */
const READS = { names: ['introspection', 'userinfo'], least: 1.7 }
const WRITES = { names: ['client-credentials', 'refresh', 'code-flow'], least: 1.3 }
const CORES = cpus().length

export const workers: Section = {
  name: 'workers',
  title: 'One worker and two',

  async run({ seconds, rounds }) {
    if (!hasSetting('workers')) return notMeasured('Not there yet: this Latchkey knows no LATCHKEY_WORKERS.')
    if (CORES < 2) return notMeasured('This machine has one core.')
    const outcome = emptyOutcome()
    // With three cores or more, the client keeps off those of the workers.
    const cores = canPin && availableParallelism() > 1 ? '0,1' : undefined
    outcome.notes.push(
      `On sqlite, 32 connections, in turns; the machine has ${CORES} cores.` +
        (CORES === 2
          ? ' The client needs a part of the second core (“client cores”), so that two workers never have two cores: the last column adds what they would have done with it, in proportion.'
          : ''),
    )
    return withStock(1000, {}, async stocked => {
      const rows = []
      for (const { names, least } of [READS, WRITES]) {
        for (const one of cases.filter(({ name }) => names.includes(name))) {
          const starts = [
            () => startLatchkey(stocked, { env: { LATCHKEY_WORKERS: '1' } }),
            () => startLatchkey(stocked, { env: { LATCHKEY_WORKERS: '2' }, cores: cores ?? '0,1' }),
          ]
          const [single, double] = await withServers(starts, targets =>
            measure(one, targets, { connections: 32, seconds, rounds }),
          )
          const times = double!.throughput / single!.throughput
          const whole = CORES === 2 ? (times * 2) / (2 - double!.clientBusy) : times
          const figures = [single!.throughput, double!.throughput, times, single!.cpu, double!.cpu]
          rows.push([one.name, ...figures, double!.clientBusy, whole])
          outcome.errors.push(...single!.errors, ...double!.errors)
          outcome.findings.push({
            what: `Two workers, ${one.name}`,
            target: `at least ${least} times one`,
            measured: CORES === 2 ? `${ratio(times)} beside the client, ${ratio(whole)} without` : ratio(times),
            met: whole >= least,
          })
        }
      }
      const headings = [
        'case',
        'one /s',
        'two /s',
        'times',
        'one CPU µs',
        'two CPU µs',
        'client cores',
        'times, client aside',
      ]
      outcome.tables.push({ title: 'One worker and two', headings, rows })
      return outcome
    })
  },
}
