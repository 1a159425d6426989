// The Redis of the tests, one for a whole run: the one that TEST_REDIS_URL names, or a redis-server of our own.
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { parseRedisAddress } from '../../src/lib/redis-address.ts'
import { startRedisServer } from '../servers/redis-server.ts'

export interface TestRedis {
  /** With a prefix of its own. */
  url: string
  /** Removes what was written under the prefix; the server goes on until the run ends. */
  stop(): Promise<void>
}

let shared: Promise<string> | undefined
let told = false

/** The address of the shared server, which the first call starts. @throws Error when no server can be had */
export function sharedRedis(): Promise<string> {
  return (shared ??= findServer())
}

/** An empty corner of the shared server. @throws Error when no server can be had */
export async function startRedis(): Promise<TestRedis> {
  const server = await sharedRedis()
  const prefix = `test_${randomBytes(6).toString('hex')}`
  return { url: `${server}?prefix=${prefix}`, stop: () => removeAll(server, prefix) }
}

/** Skips the tests, and says so once, where `start` finds no server. */
export async function redisOrSkip<R>(context: Mocha.Context, start: () => Promise<R>): Promise<R> {
  // The very first run may have to install one.
  context.timeout(120_000)
  try {
    return await start()
  } catch (error) {
    if (!told) console.log(`SKIPPED, all tests on Redis, for want of a redis-server: ${String(error)}`)
    told = true
    return context.skip()
  }
}

async function findServer(): Promise<string> {
  const given = process.env.TEST_REDIS_URL
  if (given && parseRedisAddress(given)?.kind !== 'server') throw new Error('TEST_REDIS_URL must be redis://…')
  return given ?? `redis://127.0.0.1:${(await startRedisServer()).port}`
}

async function removeAll(server: string, prefix: string): Promise<void> {
  const redis = new Redis(server)
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[])
  }
  redis.disconnect()
}
