// On what, and with what, it was measured.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type as system } from 'node:os'
import { join } from 'node:path'
import { HASH_PARAMETERS } from '../../src/core/hashing/hasher.ts'
import { canPin } from './servers/process.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Names and what they are, as they are printed. */
export type Machine = Record<string, string>

export function describeMachine(): Machine {
  const { memoryCost, timeCost, parallelism } = HASH_PARAMETERS
  return {
    Processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    Memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    System: `${system()} ${release()}`,
    Node: process.version,
    Latchkey: `${packageVersion('.')} (${commit()})`,
    'oidc-provider': packageVersion('node_modules/oidc-provider'),
    SQLite: process.versions.sqlite ?? 'unknown',
    'Password hash': `argon2id, ${memoryCost / 1024} MiB, t=${timeCost}, p=${parallelism}`,
    Cores: canPin
      ? 'the server on the first, the load client (and MongoDB, Redis) on the others, by taskset'
      : 'shared by servers and client, as there is no taskset here, or one core: figures are lower than they could be',
  }
}

function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { version: string }).version
}

function commit(): string {
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' })
  return stdout?.trim() || 'not in git'
}
