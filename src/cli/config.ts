import type { Command } from 'commander'
import { formatDuration } from '../lib/config/kinds.ts'
import { loadConfig } from '../lib/config/load.ts'
import { maskConfig } from '../lib/config/mask.ts'
import { configKeys } from '../lib/config/schema.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { facts, print } from './support/print.ts'

export function define(config: Command): void {
  withJson(config.command('check'))
    .description('print the configuration that would be used, secrets masked; or what is wrong with it')
    .action(check)
}

function check({ json }: JsonOption): void {
  const masked = maskConfig(loadConfig())
  print(json, masked, () => facts(Object.fromEntries(configKeys.map(key => [key, shown(key, masked[key])]))))
}

function shown(key: string, value: unknown): unknown {
  if (key.endsWith('Ttl') || key === 'passwordWindow' || key === 'passwordLock') return formatDuration(Number(value))
  return value ?? 'not set'
}
