import { formatDuration } from './kinds.ts'
import { variableOf } from './names.ts'
import type { Config, ConfigKey } from './schema.ts'

type Duration = Extract<ConfigKey, `${string}Ttl`>

/** Pairs of durations of which the first must not be shorter than the second. */
const AT_LEAST: readonly (readonly [Duration, Duration])[] = [
  ['refreshTokenMaxTtl', 'refreshTokenTtl'],
  ['sessionMaxTtl', 'sessionIdleTtl'],
  ['rememberedSessionTtl', 'sessionMaxTtl'],
  ['interactionTtl', 'codeTtl'],
]

/** What must hold between keys, one line for each rule that is broken. */
export function brokenRules(config: Config): string[] {
  const problems = AT_LEAST.filter(([long, short]) => config[long] < config[short]).map(
    ([long, short]) =>
      `${variableOf(long)}: expected at least ${variableOf(short)} (${formatDuration(config[short])}), got ${formatDuration(config[long])}`,
  )
  if (config.workers > 1 && config.store === 'sqlite::memory:')
    problems.push(
      `LATCHKEY_WORKERS: expected 1 with LATCHKEY_STORE=sqlite::memory:, which one process alone sees, got ${config.workers}`,
    )
  if (config.managementPort !== undefined && config.managementPort !== 0 && config.managementPort === config.port)
    problems.push(
      `LATCHKEY_MANAGEMENT_PORT: expected another port than LATCHKEY_PORT, which people reach, got ${config.port} for both`,
    )
  const host = new URL(config.issuer).hostname
  const { rpId } = config
  if (rpId !== undefined && rpId !== host && !host.endsWith(`.${rpId}`))
    problems.push(`LATCHKEY_RP_ID: expected ${host} or a domain above it, got ${rpId}`)
  if (config.registration === 'domain' && config.registrationDomains.length === 0)
    problems.push('LATCHKEY_REGISTRATION_DOMAINS: expected the domains that may register, got none')
  if (config.termsVersion !== undefined && config.termsUrl === undefined)
    problems.push('LATCHKEY_TERMS_URL: expected the address of the terms that LATCHKEY_TERMS_VERSION is of, got none')
  const seen = new Set<string>()
  for (const { identifier, format, alg } of config.resources) {
    if (seen.has(identifier))
      problems.push(`LATCHKEY_RESOURCES: expected each identifier once, got ${identifier} twice`)
    if (alg && format === 'opaque')
      problems.push(`LATCHKEY_RESOURCES: expected no alg for opaque tokens, got ${alg} for ${identifier}`)
    seen.add(identifier)
  }
  const ids = config.upstreams.map(({ id }) => id)
  for (const id of new Set(ids.filter((one, place) => ids.indexOf(one) !== place)))
    problems.push(`LATCHKEY_UPSTREAMS: expected each id once, got ${id} several times`)
  return problems
}
