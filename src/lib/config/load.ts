import { join, resolve } from 'node:path'
import { ConfigError } from './errors.ts'
import { showValue } from './mask.ts'
import { aboutKey } from './names.ts'
import { followingDefaults, profiles } from './profiles.ts'
import { readConfigFile, readSecretFiles, readVariables } from './read.ts'
import type { Layer } from './read.ts'
import { brokenRules } from './rules.ts'
import { schema } from './schema.ts'
import type { Config, ConfigKey } from './schema.ts'
import { developmentSecrets } from './secrets.ts'
import { unsafeSettings } from './unsafe.ts'

/** The checkout: what relative paths start from, so that server and command line agree wherever they are called. */
const CHECKOUT = join(import.meta.dirname, '../../..')

/** Where the configuration is read from. `root` is the folder of `config/`, and of every relative path. */
export type ConfigSource = { env?: Record<string, string | undefined>; root?: string }

/**
 * The configuration: defaults, then those of the environment's profile, the configuration file, `LATCHKEY_*`, and
 * `LATCHKEY_*_FILE` for secrets; the later ones win. In development it makes secrets where none are given.
 * Throws ConfigError with every problem found, one line each.
 */
export function loadConfig({ env = process.env, root = CHECKOUT }: ConfigSource = {}): Config {
  const problems: string[] = []
  const fromVariables = readVariables(env, problems)
  const environment = schema.shape.env.safeParse(fromVariables.get('env')?.value).data ?? 'development'
  const found: Layer = new Map([
    ...readConfigFile(env, environment, root, problems),
    ...fromVariables,
    ...readSecretFiles(env, root, problems),
  ])

  const config = parse(found, environment, problems)
  if (problems.length === 0) problems.push(...brokenRules(config))
  if (problems.length === 0) problems.push(...unsafeSettings(config))
  if (problems.length > 0) throw new ConfigError(problems)

  const absolute = withAbsolutePaths(config, root)
  if (absolute.secrets.length > 0) return absolute
  return { ...absolute, secrets: developmentSecrets(absolute.dataDir) }
}

/** Checks each key by itself; a key with a problem is left at its default, so that one run shows all problems. */
function parse(found: Layer, environment: Config['env'], problems: string[]): Config {
  const dataDir = schema.shape.dataDir.safeParse(found.get('dataDir')?.value).data
  const port = schema.shape.port.safeParse(found.get('port')?.value).data
  const workers = schema.shape.workers.safeParse(found.get('workers')?.value).data
  const values: Record<string, unknown> = { ...followingDefaults({ dataDir, port, workers }), ...profiles[environment] }
  for (const [key, { value, source }] of found) {
    const result = schema.shape[key].safeParse(value)
    if (result.success) values[key] = value
    else problems.push(describe(key, value, source, result.error.issues[0]?.path ?? []))
  }
  return schema.parse(values)
}

function describe(key: ConfigKey, value: unknown, source: string, path: readonly PropertyKey[]): string {
  const { expected, secret } = aboutKey(key)
  // In a list of objects, the place inside says more than the whole.
  const place = path.length > 1 ? ` (at ${path.join('.')})` : ''
  return `${source}: expected ${expected}, got ${showValue(value, secret)}${place}`
}

function withAbsolutePaths(config: Config, root: string): Config {
  const inRoot = (address: string, scheme: string) =>
    address.startsWith(scheme) && address !== 'sqlite::memory:'
      ? scheme + resolve(root, address.slice(scheme.length))
      : address
  return {
    ...config,
    dataDir: resolve(root, config.dataDir),
    store: inRoot(config.store, 'sqlite:'),
    mail: inRoot(config.mail, 'file:'),
    ...(config.sms && { sms: inRoot(config.sms, 'file:') }),
    ...(config.logFile && { logFile: resolve(root, config.logFile) }),
  }
}
