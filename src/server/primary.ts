// The process before several servers on one port. It serves nothing itself: it starts workers, replaces those that die, and
// stops them.
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../lib/config/schema.ts'
import type { Log } from '../lib/log.ts'
import { openManagementPort } from '../operations/port.ts'
import { claimPort } from './listen.ts'
import type { Running } from './running.ts'
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts'
import { askWorkers } from './workers-port.ts'

/** A worker that lived for less died "at once". Milliseconds. */
const AT_ONCE = 10_000
/** After so many deaths at once, one after the other, replacing is of no use. */
const MAX_DEATHS = 5
/** Before the first replacement; twice as long before each further one. Milliseconds. */
const BACKOFF = 100

/** Starts `config.workers` workers. @throws WorkerFailed with what the first one that cannot start has to say */
export async function startPrimary(config: Config, log: Log): Promise<Running> {
  const port = await claimPort(config)
  const workers = new Set<WorkerProcess>()
  let stopping: Promise<void> | undefined
  const stop = (notice = 0) => (stopping ??= end(notice))

  function launch(number: number): WorkerProcess {
    const worker = startWorkerProcess({ config: { ...config, port }, worker: number })
    workers.add(worker)
    void worker.ended.then(() => workers.delete(worker))
    return worker
  }

  async function launchAll(): Promise<WorkerProcess[]> {
    // One before the others: it makes what a first start has to make, and what keeps it from starting is said once.
    const first = launch(1)
    await first.listening
    const others = Array.from({ length: config.workers - 1 }, (_, at) => launch(at + 2))
    await Promise.all(others.map(({ listening }) => listening))
    return [first, ...others]
  }

  function replace(number: number): WorkerProcess {
    const worker = launch(number)
    worker.listening.then(
      () => log.info({ worker: number }, 'a worker has taken the place of the one before'),
      () => {},
    )
    return worker
  }

  /** Puts another in the place of a worker that ended, as long as that is of use. */
  async function keep(number: number, first: WorkerProcess): Promise<void> {
    let deaths = 0
    for (let worker = first; ; worker = replace(number)) {
      const { died, how, livedFor } = await worker.ended
      if (stopping) return
      deaths = died && livedFor < AT_ONCE ? deaths + 1 : 0
      if (died) log.error({ worker: number, how }, 'a worker has died')
      if (deaths === MAX_DEATHS) return giveUp(number, how)
      await pause(BACKOFF * 2 ** deaths)
      // Ctrl-C reaches workers too, and may reach them first.
      if (stopping) return
    }
  }

  async function giveUp(number: number, how: string): Promise<void> {
    process.stderr.write(`worker ${number} dies at once, again and again: ${how}\n`)
    await stop()
    process.exit(1)
  }

  async function endAll(notice: number): Promise<void> {
    for (const worker of workers) worker.stop(notice)
    await Promise.all([...workers].map(({ ended }) => ended))
  }

  async function end(notice: number): Promise<void> {
    await endAll(notice)
    await management?.close()
    log.info('Latchkey has stopped')
  }

  async function giveBack(error: unknown): Promise<never> {
    await endAll(0)
    throw error
  }

  const all = await launchAll().catch(giveBack)
  const management = await openManagementPort(askWorkers(workers), config, log).catch(giveBack)
  all.forEach((worker, at) => void keep(at + 1, worker))
  if (config.logFile) process.on('SIGHUP', () => workers.forEach(worker => worker.signal('SIGHUP')))
  return { port, ...(management ? { managementPort: management.port } : {}), stop }
}
