// Runs commands one after the other in one process: what takes longest is loading the code. A line of JSON comes for each
// command on the standard input, and a line with its outcome goes out.
import { createInterface } from 'node:readline'
import { runProgram } from '../../src/cli/program.ts'
import type { Outcome } from './cli.ts'

export interface Wanted {
  args: string[]
  env: Record<string, string | undefined>
}

const answer = process.stdout.write.bind(process.stdout)

async function run({ args, env }: Wanted): Promise<Outcome> {
  for (const name of Object.keys(process.env)) if (name.startsWith('LATCHKEY_')) delete process.env[name]
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (chunk: string | Uint8Array) => {
      written[name] += String(chunk)
      return true
    }
  }
  process.exitCode = 0
  await runProgram(args)
  return { code: process.exitCode, ...written }
}

for await (const line of createInterface({ input: process.stdin })) {
  answer(`${JSON.stringify(await run(JSON.parse(line) as Wanted))}\n`)
}
process.exitCode = 0
