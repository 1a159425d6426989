// Starts the ceiling: a plain oidc-provider whose store is a Map.
import { join } from 'node:path'
import { newSecret } from '../../../src/lib/ids.ts'
import { freePort } from '../../../test/support/server.ts'
import { SERVER_CORE, startServer } from './process.ts'
import type { RunningTarget } from './target.ts'

const PROGRAM = join(import.meta.dirname, 'map-server.ts')

export interface MapSetting {
  port: number
  clientSecret: string
  people: number
}

export async function startMap(people: number, cores: string | undefined = SERVER_CORE): Promise<RunningTarget> {
  const port = await freePort()
  const clientSecret = newSecret()
  const setting: MapSetting = { port, clientSecret, people }
  const server = await startServer({ args: [PROGRAM, JSON.stringify(setting)], env: {}, port, cores })
  return { ...server, clientSecret, people }
}
