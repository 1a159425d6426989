import type mongoose from 'mongoose'
import { indexedFields } from '../queries/fields.ts'
import { deadlineIn, PATIENCE } from '../patience.ts'
import { CannotOpen, type Collection, type Declaration, type Document, type Store } from '../port.ts'
import { writerVersion } from '../schema/versions.ts'
import { MongoCollection } from './collection.ts'
import { cannotOpen, connect } from './connect.ts'
import { inTime } from './deadline.ts'
import { isDuplicate } from './errors.ts'
import { modelOf } from './model.ts'
import type { Rows } from './row.ts'
import { expand, fill, openFormat } from './schema.ts'

/** A collection's rows, and the schema version that ours bear. */
interface Opened {
  rows: Rows
  version: number
  /** Fills in what older processes have written since. */
  catchUp: () => Promise<void>
}

const CATCH_UP_EVERY = 60_000

/** Connects, builds the indexes and fills in what a newer declaration has added. @throws CannotOpen */
export async function openMongo(url: string, declarations: readonly Declaration<Document>[]): Promise<Store> {
  const connection = await connect(url)
  try {
    await openFormat(connection.db!)
    const all = declarations.map(async declaration => [declaration.name, await open(connection, declaration)] as const)
    return createStore(connection, new Map(await Promise.all(all)))
  } catch (error) {
    await connection.close(true)
    throw cannotOpen(url, error)
  }
}

function createStore(connection: mongoose.Connection, collections: Map<string, Opened>): Store {
  const catchUp = async () => {
    for (const opened of collections.values()) await opened.catchUp()
  }
  // A failure means that the store is away just now, which every request notices too; the next round makes up for it.
  const timer = setInterval(() => void catchUp().catch(() => undefined), CATCH_UP_EVERY).unref()
  const made = new Map<string, Collection<never>>()
  return {
    collection<T extends Document>(declaration: Declaration<T>): Collection<T> {
      const known = made.get(declaration.name) as Collection<T> | undefined
      if (known) return known
      const opened = collections.get(declaration.name)
      if (!opened) throw new TypeError(`the store was opened without the collection ${declaration.name}`)
      const collection = new MongoCollection(declaration, opened.rows, opened.version)
      made.set(declaration.name, collection as unknown as Collection<never>)
      return collection
    },
    async ping() {
      await inTime(deadlineIn(PATIENCE), async () => connection.db!.command({ ping: 1 }))
    },
    async close() {
      clearInterval(timer)
      await connection.close(true)
    },
  }
}

async function open(connection: mongoose.Connection, declaration: Declaration<Document>): Promise<Opened> {
  const model = modelOf(connection, declaration)
  const rows = model.collection as unknown as Rows
  const fields = await expand(connection.db!, declaration)
  const version = writerVersion(fields, indexedFields(declaration))
  const catchUp = () => fill(rows, declaration, version)
  try {
    await catchUp()
    await model.createIndexes()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new CannotOpen(`documents of ${declaration.name} share values that are to be unique`, { cause: error })
  }
  return { rows, version, catchUp }
}
