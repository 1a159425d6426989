// A plan and a position in its order, as conditions that an engine can seek by. What lies behind (a, b, id) in an index
// is at most a few stretches of it: the same a and b with a later id, the same a with a later b, a later a.
import { decodeCursor, encodeCursor } from './cursor.ts'
import { fieldOf } from './fields.ts'
import type { Bound, Plan } from './plan.ts'
import { BadCursor, type Page, type Scalar } from '../port.ts'

export type Term =
  { field: string; is: '=' | '>' | '>=' | '<' | '<='; value: Scalar } | { field: string; is: 'missing' | 'present' }

/** All terms hold at once. */
export type Segment = Term[]

export type Direction = 'asc' | 'desc'

/** Everything that the plan asks for. */
export function wholeOf(plan: Plan): Segment {
  return [...equalTerms(plan), ...lowerTerms(plan), ...upperTerms(plan)]
}

/**
 * What follows the cursor, in stretches that are to be read in this order; no stretch holds anything of another.
 * @throws BadCursor
 */
export function segmentsAfter(plan: Plan, cursor: string | undefined, direction: Direction): Segment[] {
  if (cursor === undefined) return [wholeOf(plan)]
  const position = decodeCursor(cursor, plan.order)
  requireWithin(plan, position[0])
  return plan.order
    .map((_, depth) => [...equalTerms(plan), ...plan.order.slice(0, depth).map((field, i) => at(field, position[i]!))])
    .flatMap((before, depth) => beyond(plan, depth, position[depth]!, direction).map(terms => [...before, ...terms]))
    .reverse()
}

/** A page of `limit` documents out of what was read, which is one more than that when more is to come. */
export function pageOf<T extends object>(plan: Plan, read: T[], limit: number): Page<T> {
  if (read.length <= limit) return { items: read }
  const items = read.slice(0, limit)
  return { items, cursor: encodeCursor(plan.order.map(field => fieldOf(items[limit - 1]!, field) ?? null)) }
}

/** In reverse: the caller turns all stretches round at once. */
function beyond(plan: Plan, depth: number, value: Scalar | null, direction: Direction): Segment[] {
  const field = plan.order[depth]!
  const ranged = depth === 0 && plan.range !== undefined
  if (direction === 'asc') {
    const later: Term = value === null ? { field, is: 'present' } : { field, is: '>', value }
    return [[later, ...(ranged ? upperTerms(plan) : [])]]
  }
  if (value === null) return []
  const earlier: Segment = [{ field, is: '<', value }, ...(ranged ? lowerTerms(plan) : [])]
  // A document without the field comes first, so last when read backwards.
  return ranged || field === 'id' ? [earlier] : [[{ field, is: 'missing' }], earlier]
}

function at(field: string, value: Scalar | null): Term {
  return value === null ? { field, is: 'missing' } : { field, is: '=', value }
}

function equalTerms({ equal }: Plan): Segment {
  return equal.map(([field, value]) => ({ field, is: '=', value }))
}

function lowerTerms({ range }: Plan): Segment {
  return range?.lower ? [{ field: range.field, is: range.lower.inclusive ? '>=' : '>', value: range.lower.value }] : []
}

function upperTerms({ range }: Plan): Segment {
  return range?.upper ? [{ field: range.field, is: range.upper.inclusive ? '<=' : '<', value: range.upper.value }] : []
}

/** A forged cursor must not lead out of the range that was asked for. */
function requireWithin({ range }: Plan, value: Scalar | null | undefined): void {
  if (!range) return
  const inside = (bound: Bound | undefined, sign: number) => {
    if (!bound) return true
    if (typeof value !== typeof bound.value) return false
    const side = compare(value as Scalar, bound.value) * sign
    return side > 0 || (side === 0 && bound.inclusive)
  }
  if (!inside(range.lower, 1) || !inside(range.upper, -1)) throw new BadCursor()
}

function compare(a: Scalar, b: Scalar): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  return Number(a) - Number(b)
}
