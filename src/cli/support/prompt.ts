// Questions to whoever sits at the terminal. They go to the standard error, so that the output stays what was asked for.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandError } from './failure.ts'

/** Whether somebody can answer. */
export function isInteractive(): boolean {
  return process.stdin.isTTY
}

/** Asks for a password, twice, and shows nothing of it. @throws CommandError when the two differ */
export async function askNewPassword(): Promise<string> {
  const password = await ask('Password: ', { hidden: true })
  if ((await ask('Again: ', { hidden: true })) !== password) throw new CommandError('The two passwords differ.')
  return password
}

export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim())
}

async function ask(question: string, { hidden = false } = {}): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true })
  if (hidden) process.stderr.write(question)
  try {
    return await lines.question(hidden ? '' : question)
  } catch (error) {
    // Ctrl-C or Ctrl-D.
    if (error instanceof Error && error.name === 'AbortError') throw new CommandError('Nothing was changed.')
    throw error
  } finally {
    if (hidden) process.stderr.write('\n')
    lines.close()
  }
}
