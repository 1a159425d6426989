// Documents in an index of Redis: a sorted set of equal scores, which goes by the bytes of its members. A member is the
// fields of the index, each so encoded that bytes sort as the values do, and then the id as it is.
import { fieldOf } from '../queries/fields.ts'
import type { Scalar } from '../port.ts'
import type { Segment, Term } from '../queries/segments.ts'

const MISSING = 1
const PRESENT = 2
const NUMBER = 4
const STRING = 5

/** Behind everything that may follow: no tag is that high, and no byte of UTF-8. */
const BEHIND = Buffer.from([0xff])

/** The encoded fields, without the id. */
export function fieldsOf(doc: object, fields: readonly string[]): Buffer {
  return Buffer.concat(fields.map(field => encode(fieldOf(doc, field) ?? null)))
}

/** A stretch of an index as ZRANGEBYLEX takes it: bounds that begin with `[` or `(`. */
export interface Stretch {
  min: Buffer
  max: Buffer
}

/** @param fields of the index, with the id last where the index is not unique */
export function stretchOf(segment: Segment, fields: readonly string[]): Stretch {
  let before = Buffer.alloc(0)
  for (const field of fields) {
    const terms = segment.filter(term => term.field === field)
    const fixed = terms.find(term => term.is === '=' || term.is === 'missing')
    if (!fixed) return within(before, field, terms)
    before = Buffer.concat([before, valueOf(fixed)])
    if (field === 'id') return { min: including(before), max: including(before) }
  }
  return { min: including(before), max: excluding(before, BEHIND) }
}

function within(before: Buffer, field: string, terms: Term[]): Stretch {
  const lower = terms.find(term => term.is === '>' || term.is === '>=')
  const upper = terms.find(term => term.is === '<' || term.is === '<=')
  const isId = field === 'id'
  // Nothing follows an id, so there the value itself can be left out; behind other values many members may follow.
  const past = isId ? Buffer.alloc(0) : BEHIND
  // What has a bound, or is to be present, is not without the field.
  const first = terms.length > 0 && !isId ? Buffer.from([PRESENT]) : Buffer.alloc(0)
  return {
    min: !lower
      ? including(before, first)
      : lower.is === '>'
        ? (isId ? excluding : including)(before, valueOf(lower), past)
        : including(before, valueOf(lower)),
    max: !upper
      ? excluding(before, BEHIND)
      : upper.is === '<='
        ? (isId ? including : excluding)(before, valueOf(upper), past)
        : excluding(before, valueOf(upper)),
  }
}

function valueOf(term: Term): Buffer {
  const value = 'value' in term ? term.value : null
  return term.field === 'id' ? Buffer.from(String(value)) : encode(value)
}

function encode(value: Scalar | null): Buffer {
  if (value === null) return Buffer.from([MISSING])
  if (typeof value === 'boolean') return Buffer.from([value ? PRESENT + 1 : PRESENT])
  return typeof value === 'number' ? encodeNumber(value) : encodeString(value)
}

/** IEEE 754 sorts by its bytes once the sign is turned round, and for negative numbers everything. */
function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9, NUMBER)
  bytes.writeDoubleBE(value === 0 ? 0 : value, 1)
  const flip = bytes[1]! & 0x80 ? 0xff : 0
  for (let i = 1; i < 9; i++) bytes[i]! ^= flip
  if (!flip) bytes[1]! ^= 0x80
  return bytes
}

/** UTF-8, ended by a zero byte; a zero byte within is followed by 0xff, which sorts behind whatever follows an end. */
function encodeString(value: string): Buffer {
  return Buffer.from(`${String.fromCharCode(STRING)}${escaped(value)}\0`, 'latin1')
}

function escaped(value: string): string {
  return Buffer.from(value).toString('latin1').replaceAll('\0', '\0\xff')
}

function including(...parts: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('['), ...parts])
}

function excluding(...parts: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('('), ...parts])
}
