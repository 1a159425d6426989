import type { Config } from '../../lib/config/schema.ts'
import { mayComeFrom } from './networks.ts'
import type { Policies, PolicyDocument } from './policies.ts'
import { resolvePolicy, type ResolvedPolicy, type Subject } from './resolve.ts'
import { settingNames, type ResolvedSettings } from './settings.ts'

/** Of one document: for so many clients and sets of roles. */
const MAX_RESOLVED = 1000

export type HeldPolicy = ReturnType<typeof holdPolicy>

/**
 * The policy document as this process last read it. Lifetimes may lag by the seconds between two looks; whoever decides
 * about access calls `read` first.
 */
export function holdPolicy(policies: Policies, config: Config) {
  const defaults = defaultSettings(config)
  let document: PolicyDocument | undefined
  /** What was worked out from the present document, by subject. */
  const resolved = new Map<string, ResolvedPolicy>()

  async function read(): Promise<void> {
    const current = await policies.current()
    if (current !== document) resolved.clear()
    document = current
  }

  return {
    read,
    /** Whether no request is answered that comes from this address: by what was last read. */
    shutsOut(address: string): boolean {
      const denied = document?.everyone.deniedNetworks
      return denied !== undefined && !mayComeFrom({ allowedNetworks: 'all', deniedNetworks: denied }, address)
    },
    /** @throws Error before the first `read` */
    resolve(subject: Subject): ResolvedPolicy {
      if (!document) throw new Error('the policy was not read yet')
      const key = JSON.stringify([subject.guards, subject.clientId, subject.roles])
      const known = resolved.get(key)
      if (known) return known
      const policy = resolvePolicy(defaults, document, subject)
      if (resolved.size >= MAX_RESOLVED) resolved.clear()
      resolved.set(key, policy)
      return policy
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
  emailVerification: 'required',
  emailVerificationGrace: 0,
  rememberSecondFactor: 30 * 86_400,
  confirmNewDevice: 'off',
  sessionNewDevice: 'prove',
  sessionNewCountry: 'off',
  proofOfWork: 'under-attack',
  allowedNetworks: 'all',
  deniedNetworks: [],
} as const

/** The configuration's part of the settings, and what holds where it has none. */
export function defaultSettings(config: Config): ResolvedSettings {
  const all = { ...config, ...FIXED }
  return Object.fromEntries(settingNames.map(name => [name, all[name]])) as unknown as ResolvedSettings
}
