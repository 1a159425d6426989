// The engines that a suite runs on. What must hold on every store is written once, in terms of a store's address.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMongo, startMongoOrSkip } from './mongo.ts'

export type EngineName = 'sqlite' | 'mongo'

/** The address of an empty store, for LATCHKEY_STORE; other processes may open it too. It goes when the suite ends. */
export type OpenUrl = () => Promise<string>

interface Opened {
  url: string
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
}

/**
 * Defines a suite once for every engine. Where no Mongo-wire server can be had, its half is skipped, and says so; mocha
 * runs `after` hooks all the same, so they must get over what was never set up.
 */
export function eachEngine(define: (name: EngineName, openUrl: OpenUrl) => void): void {
  for (const name of ['sqlite', 'mongo'] as const) {
    describe(`on ${name}`, () => {
      const opened: Opened[] = []
      before(async function () {
        if (name === 'mongo') opened.push(await startMongoOrSkip(this).then(({ url, stop }) => ({ url, drop: stop })))
      })
      define(name, async () => {
        const one = await engines[name]()
        opened.push(one)
        return one.url
      })
      // After the suite's own hooks, which stop what still uses the store.
      after(async () => {
        for (const { drop } of opened) await drop()
      })
    })
  }
}
