import type { Case } from '../cases/case.ts'
import { clientCredentials } from '../cases/client-credentials.ts'
import { codeFlow } from '../cases/code-flow.ts'
import { passwordSignIn } from '../cases/password-sign-in.ts'
import { refresh } from '../cases/refresh.ts'
import { closeLines, runLoad } from '../load/run.ts'
import { openFor } from '../measure.ts'
import { figure } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock, type Stocked } from '../servers/stock.ts'
import { sizeOf } from '../servers/sqlite-size.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Cell, type Section } from './section.ts'

const PEOPLE = 1000
const MORE_PEOPLE = 11_000

export const bytes: Section = {
  name: 'bytes',
  title: 'Bytes stored',

  async run({ seconds }) {
    const outcome = emptyOutcome()
    outcome.notes.push(
      'On sqlite: the growth of the pages in use, indexes included, by so many operations. All but the account goes again after its time, as the soak shows.',
    )
    const few = await withStock(PEOPLE, {}, async stocked => sizeOf(stocked.env.LATCHKEY_STORE!).live)
    const rows: Cell[][] = []
    await withStock(MORE_PEOPLE, {}, async stocked => {
      const each = (sizeOf(stocked.env.LATCHKEY_STORE!).live - few) / (MORE_PEOPLE - PEOPLE)
      rows.push(['an account that does nothing (with its password)', MORE_PEOPLE - PEOPLE, each])
      for (const [what, one] of OPERATIONS) {
        const { operations, grown, errors } = await growthBy(one, stocked, seconds * 4)
        rows.push([what, operations, grown / operations])
        outcome.errors.push(...errors)
      }
    })
    outcome.tables.push({ title: 'Bytes each', headings: ['', 'measured over', 'bytes each'], rows })
    outcome.findings.push({
      what: 'Bytes stored for a sign-in, a refresh, an idle account',
      target: 'stated',
      measured: [1, 2, 0].map(at => figure(rows[at]![2]!)).join(', '),
      met: true,
    })
    return outcome
  },
}

const OPERATIONS: [what: string, one: Case][] = [
  ['a password sign-in, with session and tokens', passwordSignIn],
  ['a refresh', refresh],
  ['a code flow in a live session', codeFlow],
  ['a token by client credentials', clientCredentials],
]

async function growthBy(one: Case, stocked: Stocked, seconds: number) {
  const store = stocked.env.LATCHKEY_STORE!
  return withServers([() => startLatchkey(stocked)], async ([target]) => {
    const lines = await openFor(one, target!, 8)
    const before = sizeOf(store).live
    const { times, errors } = await runLoad(lines, seconds)
    closeLines(lines)
    return { operations: times.length, grown: sizeOf(store).live - before, errors }
  })
}
