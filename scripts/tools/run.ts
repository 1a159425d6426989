import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The full path of the first of these programs that is on the path. */
export function onPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable)
}

/** Runs a program to its end, quietly, for at most `seconds`; answers whether it succeeded. */
export function succeeds(program: string, args: string[], seconds: number, env: Record<string, string> = {}): boolean {
  const run = spawnSync(program, args, { stdio: 'ignore', timeout: seconds * 1000, env: { ...process.env, ...env } })
  return run.status === 0
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
