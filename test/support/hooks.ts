// Root hooks: what a whole test run shares is started once, and closed when the run ends.
import { closeBrowser } from './chromium.ts'
import { sharedMongo } from './mongo.ts'
import { sharedRedis } from './redis.ts'

/** Where several processes run the tests, mocha's own starts the servers, and the others find them by their addresses. */
export async function mochaGlobalSetup(): Promise<void> {
  if (!process.argv.includes('--parallel')) return
  const [mongo, redis] = await Promise.allSettled([sharedMongo(), sharedRedis()])
  // Without one, each process says what it skips, and why.
  if (mongo.status === 'fulfilled') process.env.TEST_MONGODB_URI = mongo.value
  if (redis.status === 'fulfilled') process.env.TEST_REDIS_URL = redis.value
}

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await closeBrowser()
  },
}
