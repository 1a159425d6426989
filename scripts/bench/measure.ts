// Measures one case on several servers, in short rounds that take turns, so that whatever else the machine does meets all
// of them alike.
import type { Case } from './cases/case.ts'
import { closeLines, openLines, runLoad, type Line, type Load } from './load/run.ts'
import { median, percentile, spread, sum } from './load/statistics.ts'
import type { RunningTarget, Target } from './servers/target.ts'

export interface Measured {
  /** Operations a second; the median of the rounds. */
  throughput: number
  /** (largest − smallest) / median of the rounds' throughput. */
  spread: number
  /** Milliseconds an operation, over all rounds. */
  p50: number
  p95: number
  p99: number
  /** CPU of the server, an operation. Microseconds; NaN where it is not known. */
  cpu: number
  /** CPU of the client, in cores: near 1, it is the client that is measured. */
  clientBusy: number
  operations: number
  errors: string[]
}

export interface Pace {
  connections: number
  /** Of a round. */
  seconds: number
  rounds: number
}

interface Side {
  target: RunningTarget
  lines: Line[]
  rounds: { load: Load; cpu: number }[]
}

/** Before anything counts, so that what is hot has been compiled. Seconds. */
const WARM_UP = 1

/** @returns what was measured on each target, in their order */
export async function measure(one: Case, targets: RunningTarget[], pace: Pace): Promise<Measured[]> {
  const sides: Side[] = []
  try {
    for (const target of targets)
      sides.push({ target, lines: await openFor(one, target, pace.connections), rounds: [] })
    for (const { lines } of sides) await runLoad(lines, Math.min(pace.seconds, WARM_UP))
    for (let round = 0; round < pace.rounds; round += 1) {
      for (const side of sides) side.rounds.push(await measureRound(side, pace.seconds))
    }
  } finally {
    for (const { lines } of sides) closeLines(lines)
  }
  return sides.map(summarise)
}

/** Makes the connections that the case needs, at most so many. */
export async function openFor(one: Case, target: Target, connections: number): Promise<Line[]> {
  const width = Math.min(connections, one.most ?? connections)
  const operations = await Promise.all(Array.from({ length: width }, (_, index) => one.prepare(target, index, width)))
  return openLines(target.origin, operations)
}

async function measureRound({ target, lines }: Side, seconds: number): Promise<Side['rounds'][number]> {
  const before = target.usage().cpu
  const load = await runLoad(lines, seconds)
  return { load, cpu: target.usage().cpu - before }
}

function summarise({ rounds }: Side): Measured {
  const loads = rounds.map(({ load }) => load)
  const throughputs = loads.map(({ times, seconds }) => times.length / seconds)
  const times = Float64Array.from(loads.flatMap(load => [...load.times])).sort()
  return {
    throughput: median(throughputs),
    spread: spread(throughputs),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    cpu: (sum(rounds.map(({ cpu }) => cpu)) / times.length) * 1e6,
    clientBusy: sum(loads.map(({ clientCpu }) => clientCpu)) / sum(loads.map(({ seconds }) => seconds)),
    operations: times.length,
    errors: loads.flatMap(({ errors }) => errors),
  }
}
