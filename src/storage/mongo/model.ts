import mongoose from 'mongoose'
import { indexedFields, indexName } from '../queries/fields.ts'
import type { Declaration, Document, Index } from '../port.ts'
import { columnOf } from './filter.ts'
import type { Row } from './row.ts'

// Expiry is decided by our own clock in every read; the server only cleans up, so late that its clock may be wrong.
const CLEAN_UP_AFTER_SECONDS = 60 * 60

/** The mongoose model of a collection; its indexes are those of the declaration. */
export function modelOf(connection: mongoose.Connection, declaration: Declaration<Document>): mongoose.Model<Row> {
  const { Mixed } = mongoose.Schema.Types
  const fields = indexedFields(declaration).map(field => [columnOf(field), Mixed])
  const schema = new mongoose.Schema<Row>(
    { _id: String, v: Number, s: Number, b: String, ttl: Date, ...Object.fromEntries(fields) },
    { collection: declaration.name, versionKey: false, autoIndex: false, autoCreate: false, bufferCommands: false },
  )
  schema.index({ s: 1 }, { name: 'schema' })
  schema.index({ ttl: 1 }, { name: 'expiry', expireAfterSeconds: CLEAN_UP_AFTER_SECONDS })
  for (const index of declaration.indexes ?? []) schema.index(keysOf(index), optionsOf(index))
  return connection.model<Row>(declaration.name, schema)
}

/** The id behind the fields makes the order complete, so that a page is read off the index without sorting. */
function keysOf({ fields, unique }: Index): Record<string, 1> {
  return Object.fromEntries([...fields, ...(unique ? [] : ['id'])].map(field => [columnOf(field), 1]))
}

function optionsOf(index: Index): mongoose.IndexOptions {
  if (!index.unique) return { name: indexName(index) }
  return { name: `${indexName(index)}:unique`, unique: true, sparse: index.fields.length === 1 }
}
