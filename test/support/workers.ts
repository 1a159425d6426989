// Latchkey as several workers on one port, with their store and mailbox at hand.
import { execFileSync } from 'node:child_process'
import { startChild, type Child } from './child.ts'
import { startServer, type ServerOptions, type TestServer } from './server.ts'

/** A server of two workers. What tests do beside it (make people, register apps) is done by a third process, on its store. */
export async function startWorkers(options: ServerOptions = {}): Promise<TestServer> {
  const desk = await startServer(options)
  const child = await startChild({ ...desk.env, LATCHKEY_WORKERS: '2', LATCHKEY_PORT: '0', LATCHKEY_LOG_LEVEL: 'info' })
  return {
    ...desk,
    issuer: child.issuer,
    env: child.env,
    // It is another process that sends them: they come when they come.
    mailTo: address => desk.mailbox.next(address),
    async close() {
      await child.stop()
      await desk.close()
    },
  }
}

/** The processes of a server's workers, oldest first. */
export function workersOf({ process: { pid } }: Child): number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return listed
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([worker]) => worker!)
    .toSorted((one, other) => one - other)
}
