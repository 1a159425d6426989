import { readArguments } from './arguments.ts'
import { cases } from './cases/list.ts'
import { measure, type Measured } from './measure.ts'
import { figure, percent, ratio } from './report/figures.ts'
import { table } from './report/table.ts'
import { startLatchkey, stock } from './servers/latchkey.ts'
import { startMap } from './servers/map.ts'
import { canPin, pinClient } from './servers/process.ts'

const PEOPLE = 1000

const { only, connections, seconds, rounds } = readArguments(process.argv.slice(2))
pinClient()
console.log(
  canPin
    ? 'Servers on the first core, the client on the others.'
    : 'Servers and client share all cores (no taskset here, or one core): the figures are lower than they could be.',
)
const stocked = await stock(PEOPLE)
let failed = false
try {
  const rows: string[][] = []
  for (const one of cases.filter(({ name }) => only.length === 0 || only.includes(name))) {
    for (const width of connections) {
      // Fresh ones for each case: no garbage of the one before.
      const targets = await Promise.all([startLatchkey(stocked), startMap(PEOPLE)])
      try {
        const [ours, map] = await measure(one, targets, { connections: width, seconds, rounds })
        rows.push(rowOf(one.name, width, 'latchkey', ours!), rowOf('', width, 'map', map!))
        rows.push([
          '',
          '',
          'ratio',
          ratio(ours!.throughput / map!.throughput),
          '',
          '',
          '',
          '',
          ratio(ours!.cpu / map!.cpu),
        ])
        for (const error of [...ours!.errors, ...map!.errors].slice(0, 3)) console.error(`${one.name}: ${error}`)
        failed ||= ours!.errors.length + map!.errors.length > 0
        console.error(`${one.name}, ${width} connections: done`)
      } finally {
        await Promise.all(targets.map(target => target.stop()))
      }
    }
  }
  const headings = ['case', 'conn', 'server', 'per s', 'spread', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs', 'client busy']
  console.log(table(headings, rows))
} finally {
  await stocked.drop()
}
if (failed) process.exitCode = 1

function rowOf(name: string, width: number, server: string, one: Measured): string[] {
  const figures = [one.p50, one.p95, one.p99, one.cpu].map(figure)
  return [name, String(width), server, figure(one.throughput), percent(one.spread), ...figures, percent(one.clientBusy)]
}
