// A write met a duplicate key. Which index it was is not read from the error, whose words differ from server to server,
// but looked up; so is whether the document in the way has expired, and then it goes.
import { fieldOf, indexName } from '../queries/fields.ts'
import { isPast, pause } from '../patience.ts'
import { Conflict, Unavailable, type Declaration, type Document, type Index } from '../port.ts'
import type { Segment } from '../queries/segments.ts'
import { inTime } from './deadline.ts'
import { isDuplicate } from './errors.ts'
import { filterOf } from './filter.ts'
import { encode, isExpired, type Rows } from './row.ts'

/** What a write must not share with another document. */
export type UniqueKey = Pick<Index, 'fields'>

export function uniqueKeysOf(declaration: Declaration<Document>): UniqueKey[] {
  return (declaration.indexes ?? []).filter(({ unique }) => unique)
}

/**
 * Runs `write` for `doc`, in place of expired documents that hold one of its unique keys.
 * @throws Conflict, Unavailable
 */
export async function writeUnique<R>(
  rows: Rows,
  name: string,
  keys: UniqueKey[],
  doc: Document,
  deadline: number,
  write: () => Promise<R>,
): Promise<R> {
  for (let tries = 0; ; tries++) {
    try {
      return await inTime(deadline, write)
    } catch (error) {
      if (!isDuplicate(error)) throw error
      if (isPast(deadline)) throw new Unavailable('the store did not settle in time', { cause: error })
    }
    for (const key of keys) await removeExpiredHolder(rows, name, key, doc, deadline)
    // Nobody is in the way any more, but in a race somebody was.
    if (tries > 0) await pause(tries)
  }
}

async function removeExpiredHolder(
  rows: Rows,
  name: string,
  { fields }: UniqueKey,
  doc: Document,
  deadline: number,
): Promise<void> {
  const values = fields.map(field => ({ field, is: '=', value: fieldOf(doc, field) }))
  // A document without the field is in nobody's way.
  if (values.some(({ value }) => value === undefined)) return
  const options = { readConcern: { level: 'local' }, projection: { v: 1, ttl: 1 } } as const
  const holder = await inTime(deadline, () => rows.findOne(filterOf([values as Segment], {}), options))
  if (!holder || (holder._id === encode(doc.id) && fields[0] !== 'id')) return
  if (!isExpired(holder)) throw new Conflict(name, indexName({ fields }))
  await inTime(deadline, () => rows.deleteOne({ _id: holder._id, v: holder.v }))
}
