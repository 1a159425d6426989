// `npm start` as a newcomer runs it, but for the ports and the data folder: what it prints is all that is known of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../support/ports.ts'

const ROOT = join(import.meta.dirname, '../..')
const START = ['--import', './scripts/tools/compile-cache.mjs', 'scripts/start.ts']

export interface Started {
  /** The block, by its labels: `Latchkey`, `Example app`, `First administrator`, `Mail`. */
  block: Map<string, string>
  /** Resolves with what was printed so far, once it has `pattern` in it. */
  printed(pattern: RegExp): Promise<string>
  /** Ctrl-C. */
  interrupt(): Promise<{ code: number | null; stderr: string }>
}

export interface Choices {
  dataDir: string
  store?: string
  port?: number
  examplePort?: number
  workers?: number
}

/** @throws Error with what it printed, when it ended before it said where it is */
export async function npmStart(choices: Choices): Promise<Started> {
  const child = await spawnStart(choices)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))

  async function printed(pattern: RegExp): Promise<string> {
    while (!pattern.test(output.stdout)) {
      const more = await Promise.race([once(child.stdout, 'data'), ended])
      if ('code' in more) throw new Error(`it ended with ${more.code}: ${more.stdout}${more.stderr}`)
    }
    return output.stdout
  }

  const text = await printed(/^ {2}Mail .*\n\n/m)
  const rows = [...text.matchAll(/^ {2}(\S+(?: \S+)*) {3,}(.+)$/gm)]
  return {
    block: new Map(rows.map(([, label, value]) => [label!, value!])),
    printed,
    interrupt() {
      child.kill('SIGINT')
      return ended
    },
  }
}

/** For starts that must fail. */
export async function npmStartRefused(
  choices: Choices,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = await spawnStart(choices)
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', text => (output.stdout += String(text)))
  child.stderr.on('data', text => (output.stderr += String(text)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

async function spawnStart({ dataDir, store, port, examplePort, workers = 1 }: Choices) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_')))
  const env = {
    ...own,
    LATCHKEY_PORT: String(port ?? (await freePort())),
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_WORKERS: String(workers),
    ...(store ? { LATCHKEY_STORE: store } : {}),
  }
  const args = [...START, '--example-port', String(examplePort ?? (await freePort()))]
  return spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
}
