// Makes many of what one real sign-in has left in the store: the same documents under other ids. What they are like is
// never written down here, so that they are right whatever a sign-in leaves.
import { randomBytes } from 'node:crypto'

/** A document as it was written, and the name of its collection. */
export interface Written {
  collection: string
  document: { id: string }
}

/** Makes one clone; `known` says what certain values are to become, all other ids are made up. */
export type Cloner = (known?: ReadonlyMap<string, string>) => Written[]

/** Random ids, hashes and secrets in base64url; ids that begin with a time, in hex. */
const RANDOM = /^(?=.*[A-Z])(?=.*[a-z])[\w-]{20,}$/
const TIMED = /^[0-9a-f]{28}$/

/** @param ids what is an id though it does not look random, such as the account's */
export function createCloner(documents: Written[], ids: readonly string[]): Cloner {
  const values = new Set(ids)
  for (const { document } of documents) collectIds(document, values)
  const pattern = new RegExp(`(${[...values].map(id => RegExp.escape(id)).join('|')})`)
  const templates = documents.map(({ collection, document }) => ({
    collection,
    id: document.id,
    // Every other part is an id.
    parts: JSON.stringify(document).split(pattern),
  }))

  return known => {
    const made = new Map(known)
    const replaced = (id: string) => {
      const value = made.get(id) ?? (ids.includes(id) ? id : otherId(id))
      made.set(id, value)
      return value
    }
    return templates.flatMap(({ collection, id, parts }) => {
      const document = JSON.parse(parts.map((part, at) => (at % 2 === 1 ? replaced(part) : part)).join('')) as {
        id: string
      }
      // What keeps its id is not of this sign-in alone.
      return document.id === id ? [] : [{ collection, document }]
    })
  }
}

function collectIds(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    // Some ids are made of several.
    for (const part of value.split(':')) if (RANDOM.test(part) || TIMED.test(part)) found.add(part)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      collectIds(name, found)
      collectIds(member, found)
    }
  }
}

function otherId(id: string): string {
  if (TIMED.test(id)) return id.slice(0, 12) + randomBytes(8).toString('hex')
  return randomBytes(id.length).toString('base64url').slice(0, id.length)
}
