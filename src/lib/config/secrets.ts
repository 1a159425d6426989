import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { newId, newSecret } from '../ids.ts'
import { ConfigError } from './errors.ts'

const file = z.object({ secrets: z.array(z.string().min(32)).min(1) })

/**
 * The secrets of development: made at the first start, kept in `<dataDir>/secrets.json` for its owner alone.
 * Processes that start at once agree on one, since only the first link to the name succeeds.
 */
export function developmentSecrets(dataDir: string): string[] {
  const path = join(dataDir, 'secrets.json')
  return read(path) ?? make(dataDir, path)
}

function make(dataDir: string, path: string): string[] {
  mkdirSync(dataDir, { recursive: true })
  const draft = join(dataDir, `secrets.${newId()}.tmp`)
  try {
    writeFileSync(draft, JSON.stringify({ secrets: [newSecret()] }, null, 2) + '\n', {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    })
    linkSync(draft, path)
  } catch (error) {
    // Someone else was first: theirs is complete, because a link shows a file only when it is written.
    if (!hasCode(error, 'EEXIST'))
      throw new ConfigError([`LATCHKEY_DATA_DIR: expected a folder that can be written to, got ${String(error)}`])
  } finally {
    rmSync(draft, { force: true })
  }
  const secrets = read(path)
  if (!secrets) throw new ConfigError([`${path}: expected the secrets that were just written, got no file`])
  return secrets
}

function read(path: string): string[] | undefined {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8'))).secrets
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw new ConfigError([
      `${path}: expected { "secrets": ["…"] } as made at the first start; remove the file to have it made anew`,
    ])
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
