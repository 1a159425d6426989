import type { Config } from './schema.ts'

/** Where the configuration is read from. `root` is the folder of `config/`, and of every relative path. */
export type ConfigSource = { env?: Record<string, string | undefined>; root?: string }

export function loadConfig({ env = process.env, root = '.' }: ConfigSource = {}): Config {
  throw new Error(`not read: ${Object.keys(env).length} ${root}`)
}
