// The engines that a suite runs on. What must hold on every store is written once, in terms of a store's address.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMongo, startMongoOrSkip } from './mongo.ts'
import { redisOrSkip, startRedis } from './redis.ts'

export type EngineName = 'sqlite' | 'mongo' | 'mongo+redis'

/** The address of an empty store, for LATCHKEY_STORE; other processes may open it too. It goes when the suite ends. */
export type OpenUrl = () => Promise<string>

interface Opened {
  url: string
  redis?: string
  drop(): Promise<void>
}

const engines: Record<EngineName, () => Promise<Opened>> = {
  async sqlite() {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-store-'))
    return {
      url: `sqlite:${join(folder, 'latchkey.db')}`,
      drop: () => rm(folder, { recursive: true, force: true }),
    }
  },
  async mongo() {
    const { url, stop } = await startMongo()
    return { url, drop: stop }
  },
  async 'mongo+redis'() {
    const [mongo, redis] = await Promise.all([startMongo(), startRedis()])
    return {
      url: mongo.url,
      redis: redis.url,
      drop: async () => void (await Promise.all([mongo.stop(), redis.stop()])),
    }
  },
}

/** What a suite runs on that has no more to do with one store than with another. */
export const COMMON: readonly EngineName[] = ['sqlite', 'mongo']
/** And one that reads and writes what may live in Redis. */
export const WITH_REDIS: readonly EngineName[] = [...COMMON, 'mongo+redis']

/**
 * Defines a suite once for every engine. Where no Mongo-wire server can be had, its half is skipped, and says so; mocha
 * runs `after` hooks all the same, so they must get over what was never set up.
 * @param define gets the engine, what makes a store, and the variables that the latest store needs beside LATCHKEY_STORE
 */
export function eachEngine(
  define: (name: EngineName, openUrl: OpenUrl, env: Record<string, string>) => void,
  names = COMMON,
): void {
  for (const name of names) {
    describe(`on ${name}`, () => {
      const opened: Opened[] = []
      const env: Record<string, string> = {}
      before(async function () {
        if (name !== 'sqlite') opened.push(await startMongoOrSkip(this).then(({ url, stop }) => ({ url, drop: stop })))
        if (name === 'mongo+redis') {
          opened.push(await redisOrSkip(this, startRedis).then(({ url, stop }) => ({ url, drop: stop })))
        }
      })
      define(
        name,
        async () => {
          const one = await engines[name]()
          opened.push(one)
          if (one.redis) env.LATCHKEY_REDIS = one.redis
          return one.url
        },
        env,
      )
      // After the suite's own hooks, which stop what still uses the store.
      after(async () => {
        for (const { drop } of opened) await drop()
      })
    })
  }
}
