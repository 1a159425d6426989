import { join } from 'node:path'
import type { Case } from '../cases/case.ts'
import { passwordSignIn } from '../cases/password-sign-in.ts'
import { returnByPassword } from '../cases/return-by-password.ts'
import { median } from '../load/statistics.ts'
import { measure } from '../measure.ts'
import { ratio } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock } from '../servers/stock.ts'
import { startMap } from '../servers/map.ts'
import { runOnServerCore } from '../servers/process.ts'
import type { RunningTarget } from '../servers/target.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Outcome, type Section } from './section.ts'

const PROGRAM = join(import.meta.dirname, '../servers/hash-alone.ts')
const MOST = 1.25
const CONNECTIONS = 4
/** So many that hardly anybody comes twice as a stranger. */
const PEOPLE = 10_000
/** How many times as long as a round is not counted first: at so few a second, what is hot is not compiled at once. */
const WARM_UP = 6

export const hashing: Section = {
  name: 'hashing',
  title: 'What a password sign-in costs beside its hash',

  run({ seconds, rounds }) {
    return withStock(PEOPLE, {}, stocked =>
      withServers([() => startLatchkey(stocked), () => startMap(PEOPLE)], async targets => {
        const outcome = emptyOutcome()
        const alone: number[] = []
        const again: number[][] = []
        const first: number[][] = []
        for (const one of [passwordSignIn, returnByPassword]) await cpuOf(one, targets, seconds * WARM_UP, outcome)
        for (let round = 0; round < rounds; round += 1) {
          alone.push(Number(await runOnServerCore([PROGRAM, String(Math.max(seconds, 0.5))])))
          again.push(await cpuOf(returnByPassword, targets, seconds * 2, outcome))
          first.push(await cpuOf(passwordSignIn, targets, seconds * 2, outcome))
        }
        report(outcome, median(alone), mediansOf(again), mediansOf(first))
        return outcome
      }),
    )
  },
}

/** CPU of a sign-in on each target, microseconds. */
async function cpuOf(one: Case, targets: RunningTarget[], seconds: number, outcome: Outcome): Promise<number[]> {
  const all = await measure(one, targets, { connections: CONNECTIONS, rounds: 1, seconds })
  outcome.errors.push(...all.flatMap(({ errors }) => errors))
  return all.map(({ cpu }) => cpu)
}

function mediansOf(rounds: number[][]): [ours: number, map: number] {
  const of = (at: number) => median(rounds.map(one => one[at]!))
  return [of(0), of(1)]
}

function report(outcome: Outcome, hash: number, again: [number, number], first: [number, number]): void {
  const row = (what: string, cpu: number) => [what, cpu / 1000, cpu / hash]
  outcome.notes.push(
    'Full sign-ins, from the authorization request to the tokens, four at once, in turns with a process that checks the same ' +
      'hash and does nothing else. Who comes back has a browser that is known, and has been asked for consent before; ' +
      'who comes for the first time is asked for it, on a page more, and their browser becomes known.',
  )
  outcome.tables.push({
    title: 'CPU',
    headings: ['', 'CPU ms', 'times the hash'],
    rows: [
      row('the hash alone', hash),
      row('who comes back to Latchkey', again[0]),
      row('who comes to Latchkey for the first time', first[0]),
      row('who comes back to a plain oidc-provider on a Map, with one bare form', again[1]),
      row('who comes there for the first time', first[1]),
    ],
  })
  outcome.findings.push({
    what: 'Password sign-in, CPU',
    target: `at most ${ratio(MOST)} times the hash alone`,
    measured: `${ratio(again[0] / hash)}, for the first time ${ratio(first[0] / hash)}`,
    met: again[0] / hash <= MOST,
  })
}
