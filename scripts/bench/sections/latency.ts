import { cases } from '../cases/list.ts'
import { passwordSignIn } from '../cases/password-sign-in.ts'
import { runPaced } from '../load/paced.ts'
import { closeLines, openLines, runLoad, type Line, type Operation } from '../load/run.ts'
import { percentile } from '../load/statistics.ts'
import { openFor } from '../measure.ts'
import { figure, milliseconds } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock } from '../servers/stock.ts'
import type { RunningTarget } from '../servers/target.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Cell, type Section } from './section.ts'

const NAMES = ['client-credentials', 'introspection', 'userinfo', 'refresh', 'discovery', 'code-flow']
const SIGN_INS = 500
// Many, so that nobody signs in from several connections at once, and from one network, as people would not.
const PEOPLE = 10_000
const ENV = { LATCHKEY_ADDRESS_FAILURES: '1000000' }
const CONNECTIONS = 32
/** Milliseconds. */
const MOST = 10

export const latency: Section = {
  name: 'latency',
  title: `While ${SIGN_INS} password sign-ins are in flight`,

  run({ seconds }) {
    return withStock(PEOPLE, ENV, stocked =>
      withServers([() => startLatchkey(stocked)], async ([target]) => {
        const outcome = emptyOutcome()
        outcome.notes.push(
          `On sqlite, server on one core. Each case is asked for at half the rate that it reaches alone on ${CONNECTIONS} connections, evenly; ` +
            `times count from when a request was due. Meanwhile ${SIGN_INS} connections sign in by password as fast as they are let.`,
        )
        const prepared: { name: string; lines: Line[]; rate: number; alone: Float64Array }[] = []
        for (const one of cases.filter(({ name }) => NAMES.includes(name))) {
          const lines = await openFor(one, target!, CONNECTIONS)
          await runLoad(lines, Math.min(seconds, 1))
          const { times, seconds: took } = await runLoad(lines, seconds)
          const rate = times.length / took / 2
          prepared.push({ name: one.name, lines, rate, alone: (await runPaced(lines, rate, seconds * 2)).times.sort() })
        }
        const crowd = await startCrowd(target!)
        const rows: Cell[][] = []
        const p99s: number[] = []
        for (const { name, lines, rate, alone } of prepared) {
          const { times, errors } = await runPaced(lines, rate, seconds * 3)
          times.sort()
          p99s.push(percentile(times, 0.99))
          rows.push([
            ...[name, rate, percentile(alone, 0.5), percentile(alone, 0.99)],
            ...[percentile(times, 0.5), percentile(times, 0.95), percentile(times, 0.99), times.at(-1) ?? null],
          ])
          outcome.errors.push(...errors.map(error => `${name}: ${error}`))
          closeLines(lines)
        }
        const { done, refused, errors } = await crowd.stop()
        outcome.errors.push(...errors)
        outcome.notes.push(`Meanwhile ${done} sign-ins were completed, and ${refused} were told to come later (503).`)
        outcome.tables.push({
          title: 'Milliseconds at half load, alone and beside the sign-ins',
          headings: ['case', 'per s', 'alone p50', 'alone p99', 'p50 ms', 'p95 ms', 'p99 ms', 'slowest ms'],
          rows,
        })
        const worst = Math.max(...p99s)
        outcome.findings.push({
          what: `p99 of what does not hash, while ${SIGN_INS} sign in`,
          target: `under ${MOST} ms`,
          measured: `${milliseconds(worst)} (${figure(rows[p99s.indexOf(worst)]![0]!)})`,
          met: worst < MOST,
        })
        return outcome
      }),
    )
  },
}

/** So many people who sign in, each again and again, until they are stopped. */
async function startCrowd(target: RunningTarget) {
  let refused = 0
  const operations = Array.from({ length: SIGN_INS }, async (_, index): Promise<Operation> => {
    const signIn = await passwordSignIn.prepare(target, index, SIGN_INS)
    return function* () {
      try {
        yield* signIn()
      } catch (error) {
        // A full queue is what it is for; any other answer is wrong.
        if (!String(error).includes('got 503')) throw error
        refused += 1
      }
    }
  })
  const lines = await openLines(target.origin, await Promise.all(operations))
  const ending = new AbortController()
  const running = runLoad(lines, 3600, ending.signal)
  return {
    async stop() {
      ending.abort()
      const { times, errors } = await running
      closeLines(lines)
      return { done: times.length - refused, refused, errors }
    },
  }
}
