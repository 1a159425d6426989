// The documents of one collection as they lie in Redis.
import { randomBytes } from 'node:crypto'
import { fieldOf } from '../queries/fields.ts'
import type { Declaration, Document } from '../port.ts'
import { indexesOf, placesNamed, placesOf, type RedisIndex } from './indexes.ts'
import type { Link } from './link.ts'
import { put } from './scripts.ts'

export interface Row {
  version: string
  body: string
}

/** `changed`: another version is there. Else the index that would have been broken. */
export type Outcome = 'ok' | 'changed' | { conflict: string }

// Expiry is decided by our own clock in every read; the server only cleans up behind the job that does, so late that its
// clock, or ours, may be wrong.
const CLEAN_UP_AFTER = 60 * 60 * 1000
/** What the server can add to its clock. */
const LONGEST = 1e13

export class Rows {
  /** What the names of all keys begin with; the braces make them one slot of a cluster. */
  readonly root: string
  /** The indexes and the expiry that this program knows, by names that another version of it understands. */
  readonly known: string[]
  readonly #indexes: RedisIndex[]
  readonly #expires: string | undefined
  readonly #link: Link

  constructor(declaration: Declaration<Document>, link: Link, prefix: string) {
    this.root = `${prefix}:{${declaration.name}}`
    this.#indexes = indexesOf(declaration)
    this.#expires = declaration.expires
    this.known = [...this.#indexes.map(({ name }) => name), ...(this.#expires ? [`expires:${this.#expires}`] : [])]
    this.#link = link
  }

  /** Undefined when there is none, or it has expired. @throws TypeError for an id that is no string */
  async read(id: string, deadline?: number): Promise<Row | undefined> {
    if (typeof id !== 'string') throw new TypeError('an id must be a string')
    const key = `${this.root}:doc:${id}`
    const [version, body, expires] = await this.#link.call(client => client.hmget(key, 'v', 'b', 'e'), deadline)
    if (!version || !body || (expires && Number(expires) <= Date.now())) return undefined
    return { version, body }
  }

  /** Writes the document if the version that was read is still there: undefined for none. */
  async put(doc: Document, expected: string | undefined, deadline?: number): Promise<Outcome> {
    const now = Date.now()
    const expires = this.#expires === undefined ? undefined : fieldOf(doc, this.#expires)
    const lives = typeof expires === 'number' ? expires - now + CLEAN_UP_AFTER : LONGEST
    const args = [
      doc.id,
      expected ?? '',
      // At random, so that a document removed and made again is never taken for the one that was read before.
      randomBytes(9).toString('base64url'),
      JSON.stringify(doc),
      typeof expires === 'number' ? expires : '',
      Math.ceil(Math.min(Math.max(lives, 1), LONGEST)),
      now,
      this.known.length,
      ...placesOf(this.#indexes, doc),
    ]
    const outcome = await this.#link.run(put, this.root, args, deadline)
    if (outcome === 'ok' || outcome === 'changed') return outcome
    return { conflict: placesNamed(this.#indexes, doc)[Number(outcome)]!.conflict }
  }
}
