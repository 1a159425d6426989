// A server as a process of its own, on a core of its own where the system can do that, and what it costs.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { onPath } from '../../tools/run.ts'
import { endWithUs } from './children.ts'
import { readUsage, type Usage } from './usage.ts'

export interface ServerProcess {
  origin: string
  /** From spawning it to the first 200 of its discovery document. Seconds. */
  startedIn: number
  /** CPU and memory, of it and of all its children. */
  usage(): Usage
  stop(): Promise<void>
}

export interface Wanted {
  args: string[]
  env: Record<string, string>
  port: number
  /** The cores that it may run on; undefined for all. */
  cores?: string | undefined
}

/** Whether processes can be kept to one core here: Linux, with `taskset`, on two cores or more. */
export const canPin = onPath('taskset') !== undefined && availableParallelism() > 1

/** The first core is the servers'; the rest are the client's, and of the stores that are servers themselves. */
export const SERVER_CORE = '0'
const CLIENT_CORES = `1-${availableParallelism() - 1}`

/** Keeps this process, which is the load client, off the servers' core. */
export function pinClient(): void {
  if (canPin) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', CLIENT_CORES, String(process.pid)])
}

/** @throws Error with the server's words when it ends, or does not answer within a minute */
export async function startServer({ args, env, port, cores }: Wanted): Promise<ServerProcess> {
  const origin = `http://127.0.0.1:${port}`
  const [program, ...all] = [...(canPin && cores ? ['taskset', '--cpu-list', cores] : []), process.execPath, ...args]
  const started = performance.now()
  const child = spawn(program!, all, { env: { ...ownEnvironment(), ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = endWithUs(child)
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text))

  while (!(await answers(origin))) {
    if (child.exitCode !== null || performance.now() - started > 60_000) {
      child.kill('SIGKILL')
      throw new Error(`the server did not start: ${words.trim() || args.join(' ')}`)
    }
    await pause(2)
  }
  return {
    origin,
    startedIn: (performance.now() - started) / 1000,
    usage: () => readUsage(child.pid!),
    async stop() {
      child.kill('SIGINT')
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
      await exited
      clearTimeout(timer)
    },
  }
}

/** Runs a program of ours on the servers' core to its end. @returns what it printed */
export async function runOnServerCore(args: string[]): Promise<string> {
  const [program, ...all] = [...(canPin ? ['taskset', '--cpu-list', SERVER_CORE] : []), process.execPath, ...args]
  const { stdout } = await promisify(execFile)(program!, all)
  return stdout.trim()
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/.well-known/openid-configuration`)).ok
  } catch {
    return false
  }
}

/** Nothing of this machine's own settings. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LATCHKEY|NODE)_/.test(name)))
}
