// One of several servers on one port. Its primary says what it is to be, and when it is to stop.
import { createLog } from '../lib/log.ts'
import { explainFailure } from './failure.ts'
import type { Assignment, FromWorker, ToWorker } from './messages.ts'
import { stopOnSignals } from './signals.ts'
import { start, type RunningServer } from './start.ts'

/** Runs the server that the primary asks for. Without its primary it ends: node:cluster sees to that. */
export function runWorker(): void {
  let running: Promise<RunningServer> | undefined
  const stop = async (notice: number) => (await running)?.stop(notice)

  process.on('message', (message: ToWorker) => {
    if ('stop' in message) void stop(message.stop.notice).then(() => process.exit(0))
    else {
      running = begin(message)
      running.catch(tellPrimary)
    }
  })
  // A signal to the whole group, such as Ctrl-C, comes here and to the primary; one to this process alone is for it alone.
  stopOnSignals(stop)
}

function begin({ config, worker }: Assignment): Promise<RunningServer> {
  return start(config, createLog(config).child({ worker }))
}

function tellPrimary(error: unknown): void {
  const message: FromWorker = { failed: explainFailure(error) }
  process.send!(message, () => process.exit(1))
}
