// Runs operations over connections for a while, each connection as fast as its answers come, and notes how long each took.
import { openConnection, type Connection } from './connection.ts'
import type { Answer, Ask } from './http.ts'

/**
 * One operation of a case, as a client does it: yields each request, is given its answer, and throws a
 * WrongAnswer. What has to last from one operation to the next (a rotated token) is kept by whoever made it.
 */
export type Operation = () => Generator<Ask, void, Answer>

export interface Load {
  /** Milliseconds of each operation. */
  times: Float64Array
  /** From the first request to the last answer. Seconds. */
  seconds: number
  /** CPU of this client. Seconds. */
  clientCpu: number
  errors: string[]
}

export interface Line {
  connection: Connection
  operation: Operation
}

/** So many wrong answers are enough to know that something is wrong. */
const ENOUGH_ERRORS = 20

export async function openLines(origin: string, operations: Operation[]): Promise<Line[]> {
  return Promise.all(operations.map(async operation => ({ connection: await openConnection(origin), operation })))
}

export function closeLines(lines: Line[]): void {
  for (const { connection } of lines) connection.close()
}

/**
 * Keeps every line busy for so many seconds, or until the signal. What is under way at the end is finished, and counted.
 */
export function runLoad(lines: Line[], seconds: number, signal?: AbortSignal): Promise<Load> {
  const until = performance.now() + seconds * 1000
  return noteLoad(async ({ times, errors }) => {
    const drive = (line: Line) =>
      new Promise<void>(resolve => {
        let began = 0
        function begin(): void {
          began = performance.now()
          if (began >= until || signal?.aborted || errors.length > ENOUGH_ERRORS) return resolve()
          perform(line, end)
        }
        function end(error?: unknown): void {
          if (error === undefined) times.push(performance.now() - began)
          else errors.push(String(error))
          begin()
        }
        begin()
      })
    await Promise.all(lines.map(drive))
  })
}

/** Notes what the work tells of its operations, and what it cost this process. */
export async function noteLoad(work: (notes: { times: number[]; errors: string[] }) => Promise<void>): Promise<Load> {
  const notes = { times: [] as number[], errors: [] as string[] }
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work(notes)
  const used = process.cpuUsage(cpu)
  return {
    times: Float64Array.from(notes.times),
    seconds: (performance.now() - start) / 1000,
    clientCpu: (used.user + used.system) / 1e6,
    errors: notes.errors,
  }
}

/** Does one operation; `end` gets what went wrong, if anything did. */
export function perform({ connection, operation }: Line, end: (error?: unknown) => void): void {
  const running = operation()
  function advance(answer: Answer | undefined): void {
    let next
    try {
      next = running.next(answer as Answer)
    } catch (error) {
      return end(error)
    }
    if (next.done) return end()
    if (next.value instanceof Promise) next.value.then(advance, end)
    else connection.send(next.value, advance, end)
  }
  advance(undefined)
}
