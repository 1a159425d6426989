// Starts the ceiling: a plain oidc-provider whose store is a Map, with the app and the people that Latchkey has.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { personOf } from '../../../src/cli/seed/people.ts'
import { HASH_PARAMETERS } from '../../../src/core/hashing/hasher.ts'
import { newSecret } from '../../../src/lib/ids.ts'
import type { Resource } from '../../../src/lib/config/resources.ts'
import { schema } from '../../../src/lib/config/schema.ts'
import { claimsByScope, claimsOf } from '../../../src/oidc/accounts/claims.ts'
import { freePort } from '../../../test/support/ports.ts'
import { SERVER_CORE, startServer } from './process.ts'
import { makeScratch } from './scratch.ts'
import { CLIENT_ID, METADATA, PASSWORD, RESOURCES, SCOPE } from './setting.ts'
import type { RunningTarget } from './target.ts'

const PROGRAM = join(import.meta.dirname, 'map-server.ts')
const CACHE = join(import.meta.dirname, '../../tools/compile-cache.mjs')

/** Everything that the server is told; it takes nothing from Latchkey by itself. */
export interface MapSetting {
  port: number
  client: Record<string, unknown>
  resources: Resource[]
  scope: string
  claims: Record<string, string[]>
  lifetimes: ReturnType<typeof lifetimesOf>
  people: { sub: string; email: string }[]
  password: string
  hashParameters: typeof HASH_PARAMETERS
}

export async function startMap(people: number): Promise<RunningTarget> {
  const port = await freePort()
  const clientSecret = newSecret()
  const setting: MapSetting = {
    port,
    client: { ...METADATA, client_id: CLIENT_ID, client_secret: clientSecret },
    resources: RESOURCES,
    scope: SCOPE,
    claims: claimsByScope([]),
    lifetimes: lifetimesOf(),
    people: Array.from(
      { length: people },
      (_, at) => claimsOf(personOf(at + 1, '').account) as MapSetting['people'][0],
    ),
    password: PASSWORD,
    hashParameters: HASH_PARAMETERS,
  }
  // A file: a thousand people are too long for an argument.
  const { folder, remove } = await makeScratch()
  const file = join(folder, 'setting.json')
  await writeFile(file, JSON.stringify(setting))
  try {
    const server = await startServer({ args: ['--import', CACHE, PROGRAM, file], env: {}, port, cores: SERVER_CORE })
    return { ...server, clientSecret, people }
  } finally {
    await remove()
  }
}

/** Latchkey's defaults, in seconds. */
function lifetimesOf() {
  const config = schema.parse({})
  return {
    AccessToken: config.accessTokenTtl,
    JwtAccessToken: config.jwtAccessTokenTtl,
    AuthorizationCode: config.authorizationCodeTtl,
    IdToken: config.idTokenTtl,
    Interaction: config.interactionTtl,
    RefreshToken: config.refreshTokenTtl,
    Session: config.sessionIdleTtl,
    Grant: config.refreshTokenMaxTtl,
  }
}
