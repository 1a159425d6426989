// Whom a policy command is about, and the settings that it is given.
import { Option, type Command } from 'commander'
import { GUARDS, type Guard } from '../core/policy/resolve.ts'
import type { PolicyScope } from '../core/policy/policies.ts'
import { settingNames, settingsSchema, type SettingName, type Settings } from '../core/policy/settings.ts'
import { ACR_VALUES } from '../core/signin/proof.ts'
import { formatDuration, parseDuration } from '../lib/config/kinds.ts'
import { UsageError } from './support/failure.ts'

export interface ScopeOptions {
  everyone?: boolean
  guard?: Guard
  role?: string
  client?: string
}

export function withScope(command: Command): Command {
  return command
    .option('--everyone', 'for everyone')
    .addOption(new Option('--guard <guard>', 'for sign-ins to apps, the API or the admin console').choices(GUARDS))
    .option('--role <role>', 'for people with this role')
    .option('--client <id>', 'for sign-ins to this app')
}

/** @throws UsageError unless exactly one is named */
export function scopeOf({ everyone, guard, role, client }: ScopeOptions): PolicyScope {
  const named: PolicyScope[] = [
    ...(everyone ? [{ kind: 'everyone' as const }] : []),
    ...(guard ? [{ kind: 'guard' as const, name: guard }] : []),
    ...(role ? [{ kind: 'role' as const, name: role }] : []),
    ...(client ? [{ kind: 'client' as const, name: client }] : []),
  ]
  const [scope] = named
  if (!scope || named.length > 1) throw new UsageError('Name one of --everyone, --guard, --role and --client.')
  return scope
}

/** `key=value…` as settings; `key=` is one that is taken back. @throws UsageError naming the key and what is expected */
export function settingsIn(pairs: readonly string[]): Settings {
  return Object.fromEntries(pairs.map(settingIn))
}

/** A value as people read it. */
export function shownSetting(name: string, value: unknown): string {
  return isLifetime(name) && typeof value === 'number' ? formatDuration(value) : String(value)
}

function settingIn(pair: string): [SettingName, unknown] {
  const [, key, value] = /^(\w+)=(.*)$/s.exec(pair) ?? []
  const name = settingNames.find(known => known === key)
  if (value === undefined) throw new UsageError(`${pair}: expected key=value, or key= to take it back`)
  if (!name) throw new UsageError(`${key}: unknown; expected one of ${settingNames.join(', ')}`)
  if (value === '') return [name, undefined]
  const read = isLifetime(name) ? parseDuration(value) : (words.get(value) ?? value)
  const parsed = settingsSchema.shape[name].safeParse(read)
  if (parsed.success && parsed.data !== undefined) return [name, parsed.data]
  const expected = isLifetime(name) ? 'a duration from 30s to 730d, such as 90s, 15m, 12h, 7d' : expectedFor(name)
  throw new UsageError(`${name}: expected ${expected}, got ${JSON.stringify(value)}`)
}

const words = new Map([
  ['true', true],
  ['false', false],
])

function isLifetime(name: string): boolean {
  return name.endsWith('Ttl')
}

function expectedFor(name: SettingName): string {
  return [...words.values()].every(word => settingsSchema.shape[name].safeParse(word).success)
    ? 'true or false'
    : `one of ${ACR_VALUES.join(', ')}`
}
