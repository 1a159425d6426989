import { ways } from '../cases/list.ts'
import { measure } from '../measure.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withEquipped } from '../servers/equip.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Cell, type Section } from './section.ts'

const HEADINGS = ['case', 'connections', 'per s', 'spread', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms', 'client cores']

export const methods: Section = {
  name: 'methods',
  title: 'Other ways to sign in',

  run(settings) {
    return withEquipped(async stocked => {
      const outcome = emptyOutcome()
      outcome.notes.push(
        'Full sign-ins on sqlite, from the authorization request to the tokens; mails go to an SMTP server of the client’s, which reads them.',
      )
      const rows: Cell[][] = []
      for (const one of ways.filter(way => settings.cases.includes(way))) {
        for (const connections of new Set(settings.connections.map(width => Math.min(width, one.most!)))) {
          const [found] = await withServers([() => startLatchkey(stocked)], targets =>
            measure(one, targets, { ...settings, connections }),
          )
          const { throughput, spread, p50, p95, p99, cpu, clientBusy, errors } = found!
          rows.push([one.name, connections, throughput, spread, p50, p95, p99, cpu / 1000, clientBusy])
          outcome.errors.push(...errors.map(error => `${one.name}: ${error}`))
        }
      }
      outcome.tables.push({ title: 'By way to sign in', headings: HEADINGS, rows })
      return outcome
    })
  },
}
