import { cases } from '../cases/list.ts'
import { passwordSignIn } from '../cases/password-sign-in.ts'
import { runPaced } from '../load/paced.ts'
import { closeLines, openLines, runLoad, type Line, type Load, type Operation } from '../load/run.ts'
import { percentile } from '../load/statistics.ts'
import { openFor } from '../measure.ts'
import { milliseconds } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock } from '../servers/stock.ts'
import type { RunningTarget } from '../servers/target.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Cell, type Outcome, type Section } from './section.ts'

const NAMES = ['client-credentials', 'introspection', 'userinfo', 'refresh', 'discovery', 'code-flow']
const SIGN_INS = 500
// Many, so that nobody signs in from several connections at once.
const PEOPLE = 10_000
const CONNECTIONS = 32
/** Milliseconds. */
const MOST = 10

export const latency: Section = {
  name: 'latency',
  title: `While ${SIGN_INS} password sign-ins are in flight`,

  run({ seconds }) {
    return withStock(PEOPLE, {}, stocked =>
      withServers([() => startLatchkey(stocked)], async ([target]) => {
        const outcome = emptyOutcome()
        const prepared = await prepareAll(target!, seconds)
        const crowd = await startCrowd(target!)
        const found = []
        for (const one of prepared) found.push({ ...one, beside: await runPaced(one.lines, one.rate, seconds * 3) })
        const { done, refused, errors } = await crowd.stop()
        outcome.notes.push(
          `On sqlite, server on one core. Each case is asked for at half the rate that it reaches alone on ${CONNECTIONS} connections, evenly; ` +
            `times count from when a request was due. Meanwhile ${SIGN_INS} connections sign in by password as fast as they are let.`,
          `${done} sign-ins were completed, and ${refused} were told to come later (503).`,
        )
        outcome.errors.push(...errors)
        conclude(outcome, found)
        return outcome
      }),
    )
  },
}

interface Prepared {
  name: string
  lines: Line[]
  /** Half of what it reaches alone, a second. */
  rate: number
  /** At that rate, with nobody else. */
  alone: Load
}

async function prepareAll(target: RunningTarget, seconds: number): Promise<Prepared[]> {
  const prepared: Prepared[] = []
  for (const one of cases.filter(({ name }) => NAMES.includes(name))) {
    const lines = await openFor(one, target, CONNECTIONS)
    await runLoad(lines, Math.min(seconds, 1))
    const most = await runLoad(lines, seconds)
    const rate = most.times.length / most.seconds / 2
    prepared.push({ name: one.name, lines, rate, alone: await runPaced(lines, rate, seconds * 2) })
  }
  return prepared
}

function conclude(outcome: Outcome, found: (Prepared & { beside: Load })[]): void {
  const rows: Cell[][] = []
  let worst = { name: '', p99: 0 }
  for (const { name, lines, rate, alone, beside } of found) {
    closeLines(lines)
    outcome.errors.push(...[...alone.errors, ...beside.errors].map(error => `${name}: ${error}`))
    const [quiet, times] = [alone.times.toSorted(), beside.times.toSorted()]
    const p99 = percentile(times, 0.99)
    if (p99 > worst.p99) worst = { name, p99 }
    const before = [percentile(quiet, 0.5), percentile(quiet, 0.99)]
    rows.push([name, rate, ...before, percentile(times, 0.5), percentile(times, 0.95), p99, times.at(-1) ?? null])
  }
  outcome.tables.push({
    title: 'Milliseconds at half load, alone and beside the sign-ins',
    headings: ['case', 'per s', 'alone p50', 'alone p99', 'p50 ms', 'p95 ms', 'p99 ms', 'slowest ms'],
    rows,
  })
  outcome.findings.push({
    what: `p99 of what does not hash, while ${SIGN_INS} sign in`,
    target: `under ${MOST} ms`,
    measured: `${milliseconds(worst.p99)} (${worst.name})`,
    met: worst.p99 < MOST,
  })
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
