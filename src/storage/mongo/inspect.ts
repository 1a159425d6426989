import type mongoose from 'mongoose'
import { indexedFields } from '../queries/fields.ts'
import { deadlineIn, PATIENCE } from '../patience.ts'
import type { Declaration, Document } from '../port.ts'
import { collectionState, fieldsMissing, type CollectionState, type StoreState } from '../schema/state.ts'
import { writerVersion, type FieldVersions } from '../schema/versions.ts'
import { cannotOpen, connect } from './connect.ts'
import { inTime } from './deadline.ts'
import { modelOf } from './model.ts'
import type { Rows } from './row.ts'
import { formatOf, stateOf } from './schema.ts'

/** Reads the schema of the database, which is not made when it is missing. @throws CannotOpen */
export async function inspectMongo(url: string, declarations: readonly Declaration<Document>[]): Promise<StoreState> {
  const connection = await connect(url)
  try {
    const db = connection.db!
    const format = await formatOf(db)
    const listed = await inTime(deadlineIn(PATIENCE), () => db.listCollections({}, { nameOnly: true }).toArray())
    const there = new Set(listed.map(({ name }) => name))
    const collections = declarations.map(each => inspectCollection(connection, each, there.has(each.name)))
    return { engine: 'mongo', ...(format ? { format } : {}), collections: await Promise.all(collections) }
  } catch (error) {
    throw cannotOpen(url, error)
  } finally {
    await connection.close(true)
  }
}

async function inspectCollection(
  connection: mongoose.Connection,
  declaration: Declaration<Document>,
  isThere: boolean,
): Promise<CollectionState> {
  const model = modelOf(connection, declaration)
  const rows = model.collection as unknown as Rows
  const versions = (await stateOf(connection.db!, declaration.name))?.fields
  const known = isThere ? await inTime(deadlineIn(PATIENCE), () => rows.indexes()) : []
  const names = new Set(known.map(({ name }) => name))
  const wanted = model.schema.indexes().map(([, options]) => options.name!)
  return collectionState(declaration, versions, {
    missingIndexes: wanted.filter(name => !names.has(name)),
    toFill: isThere && versions ? await countToFill(rows, declaration, versions) : 0,
  })
}

function countToFill(rows: Rows, declaration: Declaration<Document>, versions: FieldVersions): Promise<number> {
  const isNew = fieldsMissing(declaration, versions).length > 0
  const older = { s: { $lt: writerVersion(versions, indexedFields(declaration)) } }
  return inTime(deadlineIn(PATIENCE), () => rows.countDocuments(isNew ? {} : older))
}
