// One of several servers on one port. Its primary says what it is to be, and when it is to stop.
import { createLog } from '../lib/log.ts'
import { explainFailure } from './failure.ts'
import type { Assignment, FromWorker, Question, ToWorker } from './messages.ts'
import { stopOnSignals } from './signals.ts'
import { start, type RunningServer } from './start.ts'

/** Runs the server that the primary asks for. Without its primary it ends: node:cluster sees to that. */
export function runWorker(): void {
  let running: Promise<RunningServer> | undefined
  const stop = async (notice: number) => (await running)?.stop(notice)

  process.on('message', (message: ToWorker) => {
    if ('stop' in message) void stop(message.stop.notice).then(() => process.exit(0))
    else if ('ask' in message) void answer(message.ask)
    else running = begin(message)
  })
  async function answer({ id, path }: Question): Promise<void> {
    const { management } = (await running!).app
    if (path === '/metrics') return tell({ answer: { id, metrics: await (await management.exposition()).collect() } })
    const health = await management.health.get(path)?.()
    tell({ answer: { id, ...(health ? { health } : {}) } })
  }
  // A signal to the whole group, such as Ctrl-C, comes here and to the primary; one to this process alone is for it alone.
  stopOnSignals(stop)
}

function begin({ config, worker }: Assignment): Promise<RunningServer> {
  // Its primary has the management port.
  const running = start(config, createLog(config).child({ worker }), { management: false })
  running.then(
    ({ port }) => tell({ listening: port }),
    (error: unknown) => tell({ failed: explainFailure(error) }, () => process.exit(1)),
  )
  return running
}

function tell(message: FromWorker, told?: () => void): void {
  process.send!(message, undefined, undefined, told)
}
