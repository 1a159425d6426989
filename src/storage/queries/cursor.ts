import { isScalar } from './plan.ts'
import { BadCursor, type Scalar } from '../port.ts'

/** A position in an index: the values of its fields, null for one that the document lacks, and the id. */
export type Position = (Scalar | null)[]

/** The position as opaque text that fits in a URL. */
export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** @throws BadCursor for what `encodeCursor` cannot have made for this order */
export function decodeCursor(cursor: string, order: readonly string[]): Position {
  const position = parse(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(position) || position.length !== order.length) throw new BadCursor()
  const fits = (value: unknown, at: number) =>
    order[at] === 'id' ? typeof value === 'string' : value === null || isScalar(value)
  if (!position.every(fits)) throw new BadCursor()
  return position
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new BadCursor()
  }
}
