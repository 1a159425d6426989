import type { Config } from '../../lib/config/schema.ts'
import type { Policies, PolicyDocument } from './policies.ts'
import { resolvePolicy, type ResolvedPolicy, type Subject } from './resolve.ts'
import { settingNames, type ResolvedSettings } from './settings.ts'

export type HeldPolicy = ReturnType<typeof holdPolicy>

/**
 * The policy document as this process last read it. Lifetimes may lag by the seconds between two looks; whoever decides
 * about access calls `read` first.
 */
export function holdPolicy(policies: Policies, config: Config) {
  const defaults = defaultSettings(config)
  let document: PolicyDocument | undefined

  async function read(): Promise<void> {
    document = await policies.current()
  }

  return {
    read,
    /** @throws Error before the first `read` */
    resolve(subject: Subject): ResolvedPolicy {
      if (!document) throw new Error('the policy was not read yet')
      return resolvePolicy(defaults, document, subject)
    },
  }
}

const FIXED = {
  rememberAllowed: true,
  offlineOutlivesSignOut: true,
  requiredAcr: 'urn:latchkey:acr:1',
  allowedMethods: 'all',
  secondFactor: 'optional',
  secondFactorGrace: 0,
  rememberSecondFactor: 30 * 86_400,
} as const

/** The configuration's part of the settings, and what holds where it has none. */
export function defaultSettings(config: Config): ResolvedSettings {
  const all = { ...config, ...FIXED }
  return Object.fromEntries(settingNames.map(name => [name, all[name]])) as ResolvedSettings
}
