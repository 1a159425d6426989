// The one place where policy is worked out. Pure: it also says where each value came from.
import { settingNames, stricter, type ResolvedSettings, type SettingName, type Settings } from './settings.ts'

/** What is signed in to: apps, the account console, our own API, the admin console. */
export const GUARDS = ['apps', 'account', 'api', 'admin'] as const
export type Guard = (typeof GUARDS)[number]

/** Every override there is. */
export interface Overrides {
  everyone: Settings
  guards: Partial<Record<Guard, Settings>>
  roles: Record<string, Settings>
  clients: Record<string, Settings>
}

/** Whom the policy is asked for. */
export interface Subject {
  /** Several where one stands within the other: what is set for either holds, the strictest where both say something. */
  guards: readonly Guard[]
  clientId?: string
  roles?: readonly string[]
}

/** `default`, `everyone`, `guard apps`, `role admin`, `client ID`. */
export type Source = string

export interface ResolvedPolicy {
  settings: ResolvedSettings
  sources: Record<SettingName, Source>
}

/**
 * The defaults hold where nothing is said. What is said for everyone takes their place; and of what is said more
 * narrowly (guard, roles, client) the strictest holds, so that no override can undo another's protection.
 */
export function resolvePolicy(defaults: ResolvedSettings, overrides: Overrides, subject: Subject): ResolvedPolicy {
  const narrow = narrowOverrides(overrides, subject)
  const settings: Record<string, unknown> = {}
  const sources: Record<string, Source> = {}
  for (const name of settingNames) {
    const [value, source] = resolveOne(name, defaults, overrides.everyone, narrow)
    const capped = CEILINGS.has(name) && value > defaults[name]
    settings[name] = capped ? defaults[name] : value
    sources[name] = capped ? `${source}, up to the configuration` : source
  }
  return { settings: settings as ResolvedSettings, sources: sources }
}

/** Grants and published keys are kept for as long as the configuration says, so nothing may outlive it. */
const CEILINGS: ReadonlySet<SettingName> = new Set(['sessionMaxTtl', 'rememberedSessionTtl', 'refreshTokenMaxTtl'])

type Said = [source: Source, settings: Settings]

function resolveOne<Name extends SettingName>(
  name: Name,
  defaults: ResolvedSettings,
  everyone: Settings,
  narrow: Said[],
): [ResolvedSettings[Name], Source] {
  type Value = ResolvedSettings[Name]
  let best: [Value, Source] | undefined
  for (const [source, settings] of narrow) {
    const value = settings[name] as Value | undefined
    if (value === undefined) continue
    const strictest: Value = best ? stricter(name, best[0], value) : value
    if (!best || strictest === value) best = [value, source]
    // Neither says it alone: what is in both lists.
    else if (strictest !== best[0]) best = [strictest, `${best[1]} and ${source}`]
  }
  if (best) return best
  const forEveryone = everyone[name] as Value | undefined
  return forEveryone === undefined ? [defaults[name], 'default'] : [forEveryone, 'everyone']
}

function narrowOverrides({ guards, roles, clients }: Overrides, subject: Subject): Said[] {
  const { clientId } = subject
  const said: [Source, Settings | undefined][] = [
    ...subject.guards.map((guard): [Source, Settings | undefined] => [`guard ${guard}`, guards[guard]]),
    ...(subject.roles ?? []).map((role): [Source, Settings | undefined] => [`role ${role}`, ownOf(roles, role)]),
    ...(clientId ? [[`client ${clientId}`, ownOf(clients, clientId)] as [Source, Settings | undefined]] : []),
  ]
  return said.filter((one): one is Said => one[1] !== undefined)
}

/** A role named `constructor` must not find what objects inherit. */
function ownOf(record: Record<string, Settings>, name: string): Settings | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
