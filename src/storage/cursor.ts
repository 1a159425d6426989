import { isScalar } from './plan.ts'
import { BadCursor, type Scalar } from './port.ts'

/** A position in an index: the values of its fields, null for one that the document lacks, and the id. */
export type Position = (Scalar | null)[]

/** The position as opaque text that fits in a URL. */
export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** @throws BadCursor for what `encodeCursor` cannot have made for an order of so many fields */
export function decodeCursor(cursor: string, length: number): Position {
  const position = parse(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(position) || position.length !== length) throw new BadCursor()
  if (!position.every(value => value === null || isScalar(value))) throw new BadCursor()
  return position
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new BadCursor()
  }
}
