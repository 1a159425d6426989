// The real command line as a child process, on a data folder of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

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

  run(args: string[], { env = {}, input = '' }: Options = {}): Promise<Outcome> {
    return runCli(args, { env: { LATCHKEY_DATA_DIR: this.path, ...this.#env, ...env }, input })
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
