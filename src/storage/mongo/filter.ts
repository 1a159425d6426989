import type mongoose from 'mongoose'
import type { Segment } from '../queries/segments.ts'
import { encode, type Row } from './row.ts'

export type Filter = mongoose.mongo.Filter<Row>

const operators = { '>': '$gt', '>=': '$gte', '<': '$lt', '<=': '$lte' } as const

/** What lies in any of the segments, and satisfies `more` as well. */
export function filterOf(segments: Segment[], more: Filter): Filter {
  const parts = segments.map(segment => ({ ...conditionsOf(segment), ...more }))
  return parts.length === 1 ? parts[0]! : { $or: parts }
}

export function columnOf(field: string): '_id' | `f_${string}` {
  return field === 'id' ? '_id' : `f_${field}`
}

function conditionsOf(segment: Segment): Filter {
  const filter: Record<string, unknown> = {}
  for (const term of segment) {
    const column = columnOf(term.field)
    if (!('value' in term)) filter[column] = { [term.is === 'missing' ? '$eq' : '$ne']: null }
    // Plain, as mongo-java-server looks `{ $eq: … }` up in no index. The value is a scalar, so nothing can hide in it.
    else if (term.is === '=') filter[column] = encode(term.value)
    else filter[column] = { ...(filter[column] as object | undefined), [operators[term.is]]: encode(term.value) }
  }
  return filter as Filter
}
