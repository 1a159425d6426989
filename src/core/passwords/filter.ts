// A Bloom filter of one size. It tells of each text whether it was added; of those that were not, one in 100,000 seems to
// have been. The bits of a text lie within one cache line, so that a look is one access to memory.
import { createHash } from 'node:crypto'

const BLOCK = 64
const BLOCKS = 2 ** 15
const BITS_SET = 10

/** In bytes: 34 bits for each of the half million that the list of common passwords has. */
export const FILTER_SIZE = BLOCK * BLOCKS

export interface Filter {
  readonly bytes: Uint8Array
  add(text: string): void
  has(text: string): boolean
}

/** @param bytes of an earlier one; @throws RangeError when they are not of this size */
export function createFilter(bytes: Uint8Array = new Uint8Array(FILTER_SIZE)): Filter {
  if (bytes.length !== FILTER_SIZE) throw new RangeError(`expected a filter of ${FILTER_SIZE} bytes`)
  return {
    bytes,
    add(text) {
      for (const [byte, bit] of bitsOf(text)) bytes[byte]! |= bit
    },
    has: text => bitsOf(text).every(([byte, bit]) => (bytes[byte]! & bit) !== 0),
  }
}

function bitsOf(text: string): [byte: number, bit: number][] {
  const digest = createHash('sha256').update(text).digest()
  const block = (digest.readUInt32BE(0) % BLOCKS) * BLOCK
  return Array.from({ length: BITS_SET }, (_, at) => {
    const place = digest.readUInt16BE(4 + at * 2) % (BLOCK * 8)
    return [block + (place >> 3), 1 << (place & 7)]
  })
}
