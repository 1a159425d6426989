// Whom a policy command is about, and the settings that it is given.
import { Option, type Command } from 'commander'
import { GUARDS, type Guard } from '../../core/policy/resolve.ts'
import type { PolicyScope } from '../../core/policy/policies.ts'
import { settingNames, settingsSchema, type SettingName, type Settings } from '../../core/policy/settings.ts'
import { formatDuration, parseDuration } from '../../lib/config/kinds.ts'
import { loadConfig } from '../../lib/config/load.ts'
import type { Config } from '../../lib/config/schema.ts'
import { knownMethods, methods } from '../../methods/list.ts'
import { guardsOf } from '../../oidc/authorization/guards.ts'
import { UsageError } from '../support/failure.ts'

export interface ScopeOptions {
  everyone?: boolean
  guard?: Guard
  role?: string
  client?: string
}

/** The guards of a client, and one that is named beside them. */
export function guardsNamed(config: Config, clientId: string | undefined, named: Guard | undefined): Guard[] {
  return [...new Set([...guardsOf(config, clientId), ...(named ? [named] : [])])]
}

export function withScope(command: Command): Command {
  return command
    .option('--everyone', 'for everyone')
    .addOption(new Option('--guard <guard>', 'for what is signed in to').choices(GUARDS))
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
  if (Array.isArray(value)) return value.join(', ')
  return isDuration(name) && typeof value === 'number' ? formatDuration(value) : String(value)
}

function settingIn(pair: string): [SettingName, unknown] {
  const [, key, value] = /^(\w+)=(.*)$/s.exec(pair) ?? []
  const name = settingNames.find(known => known === key)
  if (value === undefined) throw new UsageError(`${pair}: expected key=value, or key= to take it back`)
  if (!name) throw new UsageError(`${key}: unknown; expected one of ${settingNames.join(', ')}`)
  if (value === '') return [name, undefined]
  const parsed = settingsSchema.shape[name].safeParse(readValue(name, value))
  if (parsed.success && parsed.data !== undefined && isKnown(name, parsed.data)) return [name, parsed.data]
  throw new UsageError(`${name}: expected ${expectedFor(name)}, got ${JSON.stringify(value)}`)
}

const words = new Map([
  ['true', true],
  ['false', false],
])

const durations: Partial<Record<SettingName, string>> = {
  secondFactorGrace: 'from 0 to 90d',
  rememberSecondFactor: 'from 0 to 365d',
  emailVerificationGrace: 'from 0 to 365d',
}

function isDuration(name: string): boolean {
  return name.endsWith('Ttl') || Object.hasOwn(durations, name)
}

function readValue(name: SettingName, value: string): unknown {
  if (isDuration(name)) return parseDuration(value)
  if (isList(name) && value !== 'all') return value.split(',').map(id => id.trim())
  return words.get(value) ?? value
}

const lists: readonly string[] = ['allowedMethods', 'allowedNetworks', 'deniedNetworks']

function isList(name: string): boolean {
  return lists.includes(name)
}

/** A mistyped method would shut out the one that was meant. */
function isKnown(name: SettingName, value: unknown): boolean {
  const isListed = (id: unknown) => methods.some(method => method.id === id)
  if (!Array.isArray(value) || name !== 'allowedMethods' || value.every(isListed)) return true
  const known = knownMethods(methods, loadConfig())
  return value.every(id => known.some(method => method.id === id))
}

function expectedFor(name: SettingName): string {
  if (isDuration(name)) return `a duration ${durations[name] ?? 'from 30s to 730d'}, such as 90s, 15m, 12h, 7d`
  if (name === 'allowedMethods') return `all, or some of ${methods.map(({ id }) => id).join(',')}, upstream-ID`
  if (isList(name))
    return `${name === 'allowedNetworks' ? 'all, or ' : ''}addresses and CIDR blocks, such as 10.0.0.0/8,2001:db8::/32`
  const setting = settingsSchema.shape[name].unwrap()
  return 'options' in setting ? `one of ${setting.options.join(', ')}` : 'true or false'
}
