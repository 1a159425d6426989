// How a condition is answered by an index: equality on its first fields, then at most one range.
import { NoIndex, type Declaration, type Document, type Scalar } from '../port.ts'

export interface Bound {
  value: Scalar
  inclusive: boolean
}

export interface Bounds {
  field: string
  lower?: Bound
  upper?: Bound
}

export interface Plan {
  equal: [field: string, value: Scalar][]
  /** Always on the first field of `order`. */
  range?: Bounds
  /** The fields of the index that are left to order by, the id last. */
  order: readonly string[]
}

export type Planner = (where: object) => Plan

/** @returns a function that plans conditions on this collection, or throws NoIndex */
export function plannerOf(declaration: Declaration<Document>): Planner {
  // A unique index needs no id behind it: its fields alone already tell any two documents apart.
  const indexes = (declaration.indexes ?? []).map(({ fields, unique }) => (unique ? fields : [...fields, 'id']))
  const candidates = [['id'], ...indexes]

  return where => {
    const equal = new Map<string, Scalar>()
    let range: Bounds | undefined
    for (const [field, condition] of Object.entries(where)) {
      const bounds = isScalar(condition) ? undefined : boundsOf(field, condition)
      if (isScalar(condition)) equal.set(field, condition)
      else if (bounds && !range) range = bounds
      // Whatever else has come from a request (`{ $ne: '' }`, null, an array) must not widen the condition.
      else throw new NoIndex(declaration.name, where)
    }
    const fields = candidates.find(
      candidate =>
        equal.size <= candidate.length &&
        candidate.slice(0, equal.size).every(field => equal.has(field)) &&
        (!range || candidate[equal.size] === range.field),
    )
    if (!fields) throw new NoIndex(declaration.name, where)
    return { equal: [...equal], ...(range ? { range } : {}), order: fields.slice(equal.size) }
  }
}

export function isScalar(value: unknown): value is Scalar {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  )
}

function boundsOf(field: string, condition: unknown): Bounds | undefined {
  if (typeof condition !== 'object' || condition === null) return undefined
  const bounds: Bounds = { field }
  for (const [operator, value] of Object.entries(condition)) {
    if (!isScalar(value)) return undefined
    if (operator === 'prefix' && typeof value === 'string' && Object.keys(condition).length === 1) {
      return prefixBounds(field, value)
    }
    const side = operator === 'gt' || operator === 'gte' ? 'lower' : 'upper'
    if (bounds[side] || !['gt', 'gte', 'lt', 'lte'].includes(operator)) return undefined
    bounds[side] = { value, inclusive: operator.endsWith('e') }
  }
  return bounds.lower || bounds.upper ? bounds : undefined
}

function prefixBounds(field: string, prefix: string): Bounds {
  const end = afterPrefix(prefix)
  const lower = { value: prefix, inclusive: true }
  return end === undefined ? { field, lower } : { field, lower, upper: { value: end, inclusive: false } }
}

/**
 * The first string behind all that begin with `prefix`, undefined when there is none. UTF-8 sorts by code point, so the
 * next code point gives the next byte string; `prefix + '\uffff'` would lose everything beyond the basic plane.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix.toWellFormed(), character => character.codePointAt(0)!)
  while (points.at(-1) === 0x10ffff) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Surrogates are no code points of UTF-8.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}
