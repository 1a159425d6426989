// How a document is kept: the body as one JSON string, so that hostile keys ($ne, __proto__, dots) are mere text and
// every engine gives back the same bytes; beside it, what the server needs for finding, comparing and expiring.
import { randomInt } from 'node:crypto'
import type mongoose from 'mongoose'
import { fieldOf } from '../queries/fields.ts'
import type { Declaration, Document, Scalar } from '../port.ts'

/** The rows of a collection. */
export type Rows = mongoose.mongo.Collection<Row>

export interface Row {
  _id: string
  /** The version for compare-and-set; each write adds one. */
  v: number
  /** The schema version of the writer. */
  s: number
  /** The body. */
  b: string
  /** The time of expiry. A Date, because the server's TTL index takes nothing else. */
  ttl?: Date
  /** The indexed fields. */
  [field: `f_${string}`]: Scalar
}

// The last moment that a Date can hold.
const END_OF_TIME = 8.64e15

/** The row of a document, with the indexed fields among `fields`. */
export function rowOf(
  declaration: Declaration<Document>,
  fields: readonly string[],
  doc: Document,
  version: { v: number; s: number },
): Row {
  return { _id: keyOf(doc.id), ...version, b: JSON.stringify(doc), ...columnsOf(declaration, fields, doc) }
}

/** Where the document of this id is kept. @throws TypeError for what is no string, and could be a query (`{ $ne: '' }`) */
export function keyOf(id: string): string {
  if (typeof id !== 'string') throw new TypeError('an id must be a string')
  return encode(id)
}

/** What stands beside the body: the indexed fields that the document has, and its time of expiry. */
export function columnsOf(
  declaration: Declaration<Document>,
  fields: readonly string[],
  doc: Document,
): Pick<Row, 'ttl' | `f_${string}`> {
  const columns: Pick<Row, 'ttl' | `f_${string}`> = {}
  for (const field of fields) {
    const value = fieldOf(doc, field)
    if (value !== undefined) columns[`f_${field}`] = encode(value)
  }
  const expires = declaration.expires && fieldOf(doc, declaration.expires)
  if (typeof expires === 'number') columns.ttl = new Date(Math.min(expires, END_OF_TIME))
  return columns
}

/** At random, so that a document removed and made again under its id is never taken for the one that was read before. */
export function newVersion(): number {
  return randomInt(2 ** 47)
}

export function isExpired({ ttl }: Pick<Row, 'ttl'>): boolean {
  return ttl !== undefined && ttl !== null && ttl.getTime() <= Date.now()
}

/**
 * A value as it is indexed. A string becomes its UTF-8 bytes, one character for each: mongod sorts strings by their
 * bytes, but mongo-java-server sorts them by UTF-16 units, which differ beyond the basic plane. In this form both agree,
 * and ASCII stays readable.
 */
export function encode<V extends Scalar>(value: V): V {
  // oxlint-disable-next-line no-control-regex
  if (typeof value !== 'string' || /^[\0-\x7f]*$/.test(value)) return value
  return Buffer.from(value).toString('latin1') as V
}
