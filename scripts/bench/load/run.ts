// Runs operations over connections for a while, each connection as fast as its answers come, and notes how long each took.
import { openConnection, type Connection } from './connection.ts'
import type { Answer } from './http.ts'

/**
 * One operation of a case, as a client does it: yields the bytes of each request, is given its answer, and throws a
 * WrongAnswer. What has to last from one operation to the next (a rotated token) is kept by whoever made it.
 */
export type Operation = () => Generator<Buffer, void, Answer>

export interface Load {
  /** Milliseconds of each operation. */
  times: Float64Array
  /** From the first request to the last answer. Seconds. */
  seconds: number
  requests: number
  /** CPU of this client. Seconds. */
  clientCpu: number
  errors: string[]
}

export interface Line {
  connection: Connection
  operation: Operation
}

export async function openLines(origin: string, operations: Operation[]): Promise<Line[]> {
  return Promise.all(operations.map(async operation => ({ connection: await openConnection(origin), operation })))
}

export function closeLines(lines: Line[]): void {
  for (const { connection } of lines) connection.close()
}

/** Keeps every line busy for so many seconds. What is under way at the end is finished, and counted. */
export async function runLoad(lines: Line[], seconds: number): Promise<Load> {
  const times: number[] = []
  const errors: string[] = []
  let requests = 0
  const cpu = process.cpuUsage()
  const start = performance.now()
  const until = start + seconds * 1000

  async function drive({ connection, operation }: Line): Promise<void> {
    return new Promise(resolve => {
      let began = 0
      let running: ReturnType<Operation>

      function begin(): void {
        began = performance.now()
        if (began >= until || errors.length > 20) return resolve()
        running = operation()
        advance(undefined)
      }
      function advance(answer: Answer | undefined): void {
        try {
          const next = running.next(answer as Answer)
          if (next.done) {
            times.push(performance.now() - began)
            return begin()
          }
          requests += 1
          connection.send(next.value, advance, failed)
        } catch (error) {
          errors.push(String(error))
          begin()
        }
      }
      function failed(error: Error): void {
        errors.push(String(error))
        resolve()
      }
      begin()
    })
  }

  await Promise.all(lines.map(drive))
  const used = process.cpuUsage(cpu)
  return {
    times: Float64Array.from(times),
    seconds: (performance.now() - start) / 1000,
    requests,
    clientCpu: (used.user + used.system) / 1e6,
    errors,
  }
}
