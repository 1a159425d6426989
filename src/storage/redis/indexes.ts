import { fieldOf, indexName } from '../queries/fields.ts'
import type { Plan } from '../queries/plan.ts'
import type { Declaration, Document } from '../port.ts'
import { fieldsOf } from './encode.ts'

export interface RedisIndex {
  /** In the names of keys. */
  name: string
  /** What Conflict calls it. */
  conflict: string
  /** Without the id that stands behind them. */
  fields: readonly string[]
  unique: boolean
}

/** The collection itself, by id, then the declared ones. */
export function indexesOf({ indexes = [] }: Declaration<Document>): RedisIndex[] {
  const declared = indexes.map(({ fields, unique = false }) => ({
    name: `${indexName({ fields })}${unique ? ':unique' : ''}`,
    conflict: indexName({ fields }),
    fields,
    unique,
  }))
  return [{ name: 'id', conflict: 'id', fields: [], unique: false }, ...declared]
}

/** Where the document stands in the indexes, as the script `put` takes it: name, unique fields, member. */
export function placesOf(indexes: readonly RedisIndex[], doc: Document): (string | Buffer)[] {
  return indexes.flatMap(({ name, fields, unique }) => {
    // A unique index over one optional field is sparse.
    if (unique && fieldOf(doc, fields[0]!) === undefined) return []
    const encoded = fieldsOf(doc, fields)
    return [name, unique ? encoded : '', Buffer.concat([encoded, Buffer.from(doc.id)])]
  })
}

/** The names of the indexes that `placesOf` gives, in its order. */
export function placesNamed(indexes: readonly RedisIndex[], doc: Document): RedisIndex[] {
  return indexes.filter(({ fields, unique }) => !unique || fieldOf(doc, fields[0]!) !== undefined)
}

/** The index of a plan, with its fields in order, the id among them where it orders. */
export function indexFor(indexes: readonly RedisIndex[], { equal, order }: Plan): { index: RedisIndex; by: string[] } {
  const fixed = new Set(equal.map(([field]) => field))
  for (const index of indexes) {
    const by = index.unique ? [...index.fields] : [...index.fields, 'id']
    const head = by.slice(0, fixed.size)
    const tail = by.slice(fixed.size)
    if (head.every(field => fixed.has(field)) && tail.join() === order.join() && head.length === fixed.size) {
      return { index, by }
    }
  }
  throw new TypeError('the plan follows no index')
}
