// The command line on a data folder of its own: as a child process, as people call it (`runCli`), or the same program in
// one child for many commands, which takes a tenth of the time (`CliFolder`).
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Wanted } from './worker.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const WORKER = join(import.meta.dirname, 'worker.ts')

/** Good enough for every rule, and nobody's. */
export const PASSWORD = 'seven green lanterns over the harbour'

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

export interface Options {
  /** Variables on top of the folder's; `undefined` takes one away. */
  env?: Record<string, string | undefined>
  /** For the standard input, which is no terminal. */
  input?: string
}

/** Runs it with `env` as its only LATCHKEY_ variables. */
export async function runCli(args: string[], { env = {}, input = '' }: Options = {}): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_'))
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...Object.fromEntries(inherited), ...env } })
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number, stdout, stderr }
}

/** As `runCli`, but in a child that is there already, and without an input. */
export function askWorker(args: string[], env: Wanted['env'] = {}): Promise<Outcome> {
  worker ??= startWorker()
  return worker({ args, env })
}

let worker: ((wanted: Wanted) => Promise<Outcome>) | undefined

function startWorker(): (wanted: Wanted) => Promise<Outcome> {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(process.execPath, [WORKER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill())
  const waiting: ((outcome: Outcome) => void)[] = []
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()!(JSON.parse(line) as Outcome))
  return wanted => {
    const outcome = new Promise<Outcome>(resolve => waiting.push(resolve))
    child.stdin.write(`${JSON.stringify(wanted)}\n`)
    return outcome
  }
}

export class CliFolder {
  readonly path: string
  readonly #env: Record<string, string>

  private constructor(path: string, env: Record<string, string>) {
    this.path = path
    this.#env = env
  }

  static async make(env: Record<string, string> = {}): Promise<CliFolder> {
    return new CliFolder(await mkdtemp(join(tmpdir(), 'latchkey-cli-')), env)
  }

  run(args: string[], { env = {}, input }: Options = {}): Promise<Outcome> {
    const all = { LATCHKEY_DATA_DIR: this.path, ...this.#env, ...env }
    return input === undefined ? askWorker(args, all) : runCli(args, { env: all, input })
  }

  /** What the command prints with --json. @throws Error when it fails */
  async json<Document>(args: string[], options: Options = {}): Promise<Document> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], options)
    if (code !== 0) throw new Error(`latchkey ${args.join(' ')} exited with ${code}: ${stderr}`)
    return JSON.parse(stdout) as Document
  }

  /** Everything that the store has written, as it lies on the disk. */
  async storedBytes(): Promise<Buffer> {
    const files = (await readdir(this.path)).filter(name => name.startsWith('latchkey.db'))
    return Buffer.concat(await Promise.all(files.map(name => readFile(join(this.path, name)))))
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true })
  }
}
