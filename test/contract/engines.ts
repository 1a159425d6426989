// Runs the same cases on every engine, each on an empty store of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/storage/open.ts'
import type { Collection, Declaration, Document, Store } from '../../src/storage/port.ts'
import { resetClock } from '../support/clock.ts'
import { startMongoOrSkip } from '../support/mongo.ts'
import { redisOrSkip, startRedis } from '../support/redis.ts'

interface Place {
  url: string
  /** Whether every collection is opened as one whose documents are shared. */
  shared?: boolean
  remove(): void | Promise<void>
}

/** What a test sees of its engine. */
export interface Bench {
  /** Of this test's store, which other processes can open too (but for `sqlite::memory:`). */
  readonly url: string
  /** Opens the store; it is closed after the test. */
  openStore(...declarations: Declaration<Document>[]): Promise<Store>
  open<T extends Document>(declaration: Declaration<T>): Promise<Collection<T>>
}

type Engine = (context: Mocha.Context) => Place | Promise<Place>

const sqliteFile = (): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-store-'))
  return { url: `sqlite:${join(folder, 'test.db')}`, remove: () => rmSync(folder, { recursive: true }) }
}
const sqliteShared = (): Place => ({ ...sqliteFile(), shared: true })
const sqliteMemory: Engine = () => ({ url: 'sqlite::memory:', remove: () => undefined })
const mongo: Engine = async context => {
  const { url, stop } = await startMongoOrSkip(context)
  return { url, remove: stop }
}
const redis: Engine = async context => {
  const { url, stop } = await redisOrSkip(context, startRedis)
  return { url, remove: stop }
}

/** The cases hold for each engine alone. */
export function onEveryEngine(title: string, cases: (bench: Bench) => void): void {
  onEngines(
    title,
    { sqlite: sqliteFile, 'sqlite, shared': sqliteShared, 'sqlite in memory': sqliteMemory, mongo, redis },
    cases,
  )
}

/** The cases hold for several processes on one store. */
export function onSharedEngines(title: string, cases: (bench: Bench) => void): void {
  onEngines(title, { sqlite: sqliteFile, 'sqlite, shared': sqliteShared, mongo, redis }, cases)
}

export function onSqlite(title: string, cases: (bench: Bench) => void): void {
  onEngines(title, { sqlite: sqliteFile }, cases)
}

/** The cases hold for the stores of what lasts. Of the schema of a Redis there is nothing to see or to bring up beforehand. */
export function onLastingEngines(title: string, cases: (bench: Bench) => void): void {
  onEngines(title, { sqlite: sqliteFile, 'sqlite, shared': sqliteShared, mongo }, cases)
}

export function onMongo(title: string, cases: (bench: Bench) => void): void {
  onEngines(title, { mongo }, cases)
}

/** The cases hold where the store is a server of its own. */
export function onServers(title: string, cases: (bench: Bench) => void): void {
  onEngines(title, { mongo, redis }, cases)
}

function onEngines(title: string, engines: Record<string, Engine>, cases: (bench: Bench) => void): void {
  for (const [name, engine] of Object.entries(engines)) {
    describe(`${title} (${name})`, () => {
      const opened: Store[] = []
      let place: Place | undefined
      const bench: Bench = {
        get url() {
          return place!.url
        },
        async openStore(...declarations) {
          const store = await openStore(place!.url, declarations)
          opened.push(store)
          return store
        },
        async open(declaration) {
          const declared = place!.shared ? { ...declaration, shared: true } : declaration
          return (await bench.openStore(declared)).collection(declared)
        },
      }
      beforeEach(async function () {
        place = await engine(this)
      })
      afterEach(async () => {
        resetClock()
        await Promise.all(opened.splice(0).map(store => store.close()))
        await place?.remove()
        place = undefined
      })
      cases(bench)
    })
  }
}
