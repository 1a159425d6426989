import { setTimeout as pause } from 'node:timers/promises'
import { cases } from '../cases/list.ts'
import { closeLines, runLoad } from '../load/run.ts'
import { median } from '../load/statistics.ts'
import { openFor } from '../measure.ts'
import { figure, megabytes } from '../report/figures.ts'
import { startLatchkey } from '../servers/latchkey.ts'
import { withStock, type Stocked } from '../servers/stock.ts'
import { startMap } from '../servers/map.ts'
import type { RunningTarget } from '../servers/target.ts'
import { withServers } from '../servers/with-servers.ts'
import { emptyOutcome, type Outcome, type Section, type Settings } from './section.ts'

const MOST_START = 0.6
const MOST_IDLE = 120e6
const MOST_LOADED = 250e6
/** Until what is done after the start is done. Milliseconds. */
const SETTLED = 1500

export const resources: Section = {
  name: 'resources',
  title: 'Start-up and memory',

  run(settings) {
    return withStock(1000, {}, async stocked => {
      const outcome = emptyOutcome()
      const starts = { ours: [] as number[], map: [] as number[] }
      for (let round = 0; round < settings.rounds * 2; round += 1) {
        for (const [side, start] of [
          ['ours', () => startLatchkey(stocked)],
          ['map', () => startMap(1000)],
        ] as const) {
          const server = await start()
          starts[side].push(server.startedIn)
          await server.stop()
        }
      }
      const memory = await withServers([() => startLatchkey(stocked), () => startMap(1000)], async targets => {
        await pause(SETTLED)
        const idle = targets.map(target => target.usage().rss)
        const loaded = []
        for (const target of targets) loaded.push(await loadFully(target, settings, outcome))
        return { idle, loaded }
      })
      report(outcome, starts, memory, stocked)
      return outcome
    })
  },
}

/** Every case, one after the other, on as many connections as are asked for. @returns the most memory seen, in bytes */
async function loadFully(target: RunningTarget, { connections, seconds }: Settings, outcome: Outcome): Promise<number> {
  let most = 0
  for (const one of cases) {
    const lines = await openFor(one, target, Math.max(...connections))
    const load = await runLoad(lines, seconds * 2)
    outcome.errors.push(...load.errors)
    closeLines(lines)
    most = Math.max(most, target.usage().rss)
  }
  return most
}

interface Both {
  idle: number[]
  loaded: number[]
}

function report(
  outcome: Outcome,
  starts: { ours: number[]; map: number[] },
  { idle, loaded }: Both,
  { people }: Stocked,
): void {
  const [ours, map] = [median(starts.ours), median(starts.map)]
  outcome.notes.push(
    `From spawning the process to the first 200 of the discovery document (median of ${starts.ours.length} starts, ${people} accounts; both with a cache of compiled code, as Latchkey has it after its first start); resident memory after the start, and the most seen after each case of a full load.`,
  )
  outcome.tables.push({
    title: 'Start-up and memory',
    headings: ['', 'start s', 'slowest s', 'idle MB', 'loaded MB'],
    rows: [
      ['Latchkey on sqlite', ours, Math.max(...starts.ours), idle[0]! / 1e6, loaded[0]! / 1e6],
      ['plain oidc-provider on a Map', map, Math.max(...starts.map), idle[1]! / 1e6, loaded[1]! / 1e6],
    ],
  })
  outcome.findings.push(
    {
      what: 'Start to the first 200',
      target: `at most ${MOST_START} s`,
      measured: `${figure(ours)} s`,
      met: ours <= MOST_START,
    },
    limit('Memory, idle', idle[0]!, MOST_IDLE),
    limit('Memory, after full load', loaded[0]!, MOST_LOADED),
  )
}

function limit(what: string, bytes: number, most: number) {
  return {
    what,
    target: `under ${megabytes(most)}`,
    measured: megabytes(bytes),
    met: Number.isFinite(bytes) ? bytes < most : null,
  }
}
