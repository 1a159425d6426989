// Latchkey, as it ships: its own main.ts in a process of its own, with what `npm start` and the image give to Node.
import { join } from 'node:path'
import { freePort } from '../../../test/support/ports.ts'
import { SERVER_CORE, startServer } from './process.ts'
import type { Stocked } from './stock.ts'
import type { RunningTarget } from './target.ts'

const MAIN = join(import.meta.dirname, '../../../src/main.ts')
const NODE_OPTIONS = ['--max-semi-space-size=4', '--import', join(import.meta.dirname, '../../tools/compile-cache.mjs')]

export async function startLatchkey(
  { env, clientSecret, people, signedIn, equipped }: Stocked,
  { env: more = {}, cores = SERVER_CORE }: { env?: Record<string, string>; cores?: string } = {},
): Promise<RunningTarget> {
  const port = await freePort()
  const own = { LATCHKEY_PORT: String(port), LATCHKEY_ISSUER: `http://127.0.0.1:${port}` }
  const server = await startServer({ args: [...NODE_OPTIONS, MAIN], env: { ...env, ...own, ...more }, port, cores })
  return { ...server, clientSecret, people, signedIn, equipped }
}
