import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import type { Environment, schema } from './schema.ts'

type ConfigInput = z.input<typeof schema>

/** What each environment changes of the defaults. config/ENVIRONMENT.json shows the same, to be edited. */
export const profiles: Record<Environment, ConfigInput> = {
  development: { host: 'localhost', allowNetworks: ['127.0.0.0/8', '::1/128'] },
  staging: { logLevel: 'debug' },
  production: {},
}

/** The keys that other keys' defaults follow. */
interface Followed {
  dataDir?: string
  port?: number
  workers?: number
}

/** The defaults that follow another key, so that changing a folder or a port alone leaves nothing behind. */
export function followingDefaults({ dataDir, port, workers = 1 }: Followed): ConfigInput {
  return {
    hashConcurrency: Math.max(1, Math.floor(availableParallelism() / workers)),
    ...(dataDir && { store: `sqlite:${join(dataDir, 'latchkey.db')}`, mail: `file:${join(dataDir, 'mail')}` }),
    ...(port && { issuer: `http://localhost:${port}` }),
  }
}
