// Latchkey as a process of its own, started as an operator would: for what only a process can do (end, be killed, refuse
// to start), and for its log.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './ports.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export interface LogLine {
  'log.level': string
  message: string
  'trace.id'?: string
  'event.reason'?: string
  [field: string]: unknown
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface Child {
  issuer: string
  env: Record<string, string>
  process: ChildProcess
  ended: Promise<Ended>
  /** Every line so far of the log file, where `LATCHKEY_LOG_FILE` names one: a line is there before its answer is. */
  log(): LogLine[]
  stop(): Promise<Ended>
}

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Runs `node src/main.ts` to its end, for starts that must fail. */
export function runMain(env: Record<string, string>): Promise<Ended> {
  return endOf(spawnMain(env))
}

/** Starts `node src/main.ts` on a free port unless one is given, and resolves once it listens. @throws Error with its output when it ended instead */
export async function startChild(env: Record<string, string>): Promise<Child> {
  const port = env.LATCHKEY_PORT && env.LATCHKEY_PORT !== '0' ? env.LATCHKEY_PORT : String(await freePort())
  const issuer = `http://localhost:${port}`
  const all: Record<string, string> = {
    LATCHKEY_LOG_LEVEL: 'info',
    ...env,
    LATCHKEY_PORT: port,
    LATCHKEY_ISSUER: issuer,
  }
  const child = spawnMain(all)
  const ended = endOf(child)
  const listening = new Promise<void>(resolve => {
    createInterface(child.stdout!).on('line', line => line.includes('Latchkey is listening') && resolve())
  })
  const failed = ended.then(({ stderr, stdout }) => Promise.reject(new Error(`it did not start: ${stderr}${stdout}`)))
  await Promise.race([listening, failed])
  failed.catch(() => {})
  return {
    issuer,
    env: all,
    process: child,
    ended,
    log: () => readLog(all.LATCHKEY_LOG_FILE),
    async stop() {
      // Without the notice that SIGTERM gives to load balancers.
      child.kill('SIGINT')
      return ended
    },
  }
}

function spawnMain(env: Record<string, string>): ChildProcess {
  // Nothing of this machine's own LATCHKEY_ variables, and a working directory without a configuration file of theirs.
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_')))
  const child = spawn(process.execPath, [MAIN], { env: { ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...output }
}

function readLog(file: string | undefined): LogLine[] {
  if (!file || !existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as LogLine)
}
