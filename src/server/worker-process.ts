import cluster from 'node:cluster'
import { join } from 'node:path'
import { COMPILE_CACHE } from '../lib/compile-cache.ts'
import { WorkerFailed } from './failure.ts'
import type { Answer, Assignment, FromWorker, ToWorker } from './messages.ts'
import { createQuestions } from './questions.ts'

/** A worker as its primary sees it. */
export interface WorkerProcess {
  /** The port, once it listens. @throws WorkerFailed when it ended before */
  listening: Promise<number>
  ended: Promise<WorkerEnd>
  stop(notice: number): void
  signal(name: NodeJS.Signals): void
  /** What the worker has to say at an address of the management port; undefined when it does not answer. */
  ask(path: string): Promise<Answer | undefined>
}

export interface WorkerEnd {
  /** False when it stopped as it was told to. */
  died: boolean
  /** In words. */
  how: string
  /** Milliseconds. */
  livedFor: number
}

/** In megabytes. Larger ones collect as much garbage by as much CPU, and hold up to 100 MB more: docs/decisions.md. */
const YOUNG_GENERATION = '--max-semi-space-size=4'
const MAIN = join(import.meta.dirname, '../main.ts')

export function startWorkerProcess(assignment: Assignment): WorkerProcess {
  // Whatever the primary was started by.
  cluster.setupPrimary({ exec: MAIN, args: [], execArgv: [...process.execArgv, YOUNG_GENERATION] })
  const worker = cluster.fork({ NODE_COMPILE_CACHE: COMPILE_CACHE })
  const begun = performance.now()
  const send = (message: ToWorker) => worker.isConnected() && worker.send(message)
  send(assignment)

  let failure: string | undefined
  const questions = createQuestions(ask => send({ ask }))
  const port = new Promise<number>(resolve =>
    worker.on('message', (message: FromWorker) => {
      if ('listening' in message) resolve(message.listening)
      else if ('failed' in message) failure = message.failed
      else questions.answered(message.answer)
    }),
  )
  const ended = new Promise<WorkerEnd>(resolve => {
    const end = (died: boolean, how: string) => resolve({ died, how, livedFor: performance.now() - begun })
    worker.once('exit', (code: number | null, signal: string | null) =>
      end(code !== 0, failure ?? (signal ? `it was killed by ${signal}` : `it ended with ${code}`)),
    )
    worker.on('error', error => {
      // Of one that runs, the exit says it all.
      if (worker.process.pid === undefined) end(true, error.message)
    })
  })
  void ended.then(questions.close)
  const failed = ended.then(({ how }) =>
    Promise.reject(new WorkerFailed(failure ?? `a worker could not start: ${how}`)),
  )
  failed.catch(() => {})

  return {
    listening: Promise.race([port, failed]),
    ended,
    stop: notice => void send({ stop: { notice } }),
    ask: questions.ask,
    signal: name => void worker.process.kill(name),
  }
}
