import { join } from 'node:path'
import { passwordSignIn } from '../cases/password-sign-in.ts'
import { median } from '../load/statistics.ts'
import { measure } from '../measure.ts'
import { ratio } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock } from '../servers/stock.ts'
import { startMap } from '../servers/map.ts'
import { runOnServerCore } from '../servers/process.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Section } from './section.ts'

const PROGRAM = join(import.meta.dirname, '../servers/hash-alone.ts')
const MOST = 1.25

export const hashing: Section = {
  name: 'hashing',
  title: 'What a password sign-in costs beside its hash',

  run({ seconds, rounds }) {
    return withStock(1000, {}, stocked =>
      withServers([() => startLatchkey(stocked), () => startMap(1000)], async targets => {
        const alone: number[] = []
        const signIns: number[][] = []
        const outcome = emptyOutcome()
        for (let round = 0; round < rounds; round += 1) {
          alone.push(Number(await runOnServerCore([PROGRAM, String(Math.max(seconds, 0.5))])))
          const both = await measure(passwordSignIn, targets, { connections: 4, seconds: seconds * 2, rounds: 1 })
          signIns.push(both.map(({ cpu }) => cpu))
          outcome.errors.push(...both.flatMap(({ errors }) => errors))
        }
        const [ours, map, hash] = [
          median(signIns.map(one => one[0]!)),
          median(signIns.map(one => one[1]!)),
          median(alone),
        ]
        outcome.notes.push(
          'Full sign-ins, from the authorization request to the tokens, four at once, in turns with a process that checks the same hash and does nothing else.',
        )
        outcome.tables.push({
          title: 'CPU',
          headings: ['', 'CPU ms', 'times the hash'],
          rows: [
            ['the hash alone', hash / 1000, 1],
            ['sign-in at Latchkey', ours / 1000, ours / hash],
            ['sign-in at a plain oidc-provider on a Map, with one bare form', map / 1000, map / hash],
          ],
        })
        outcome.findings.push({
          what: 'Password sign-in, CPU',
          target: `at most ${ratio(MOST)} times the hash alone`,
          measured: ratio(ours / hash),
          met: ours / hash <= MOST,
        })
        return outcome
      }),
    )
  },
}
