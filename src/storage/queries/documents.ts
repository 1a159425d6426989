// From a stored body to the document. Those of a shared collection are parsed once, and given out as the same frozen
// object for as long as what is stored is the same.
import type { Document } from '../port.ts'

/** Documents held of one collection. */
const MAX_HELD = 500
/** When all places are taken, one of so many takes another's, so that reading everything once leaves what is read often. */
const ADMIT_ONE_OF = 8

interface Held<T> {
  body: string
  doc: T
  revision: number
}

export class HeldDocuments<T extends Document> {
  readonly #held = new Map<string, Held<T>>()

  /**
   * The document, without reading it, if it was read at this very revision: nothing can have changed since, neither here
   * nor in another process.
   */
  readAt(id: string, revision: number): T | undefined {
    const held = this.#held.get(id)
    return held?.revision === revision ? held.doc : undefined
  }

  /** The document of a body that was just read. */
  of(id: string, body: string, revision: number): T {
    const held = this.#held.get(id)
    if (held?.body === body) {
      held.revision = revision
      return held.doc
    }
    const doc = freeze(JSON.parse(body) as T)
    if (held || this.#admits()) this.#held.set(id, { body, doc, revision })
    return doc
  }

  /** It is about to be written. */
  forget(id: string): void {
    this.#held.delete(id)
  }

  forgetAll(): void {
    this.#held.clear()
  }

  #admits(): boolean {
    if (this.#held.size < MAX_HELD) return true
    if (Math.random() * ADMIT_ONE_OF >= 1) return false
    const [oldest] = this.#held.keys()
    this.#held.delete(oldest!)
    return true
  }
}

/** All the way down: one caller's change would be seen by all others. */
function freeze<V>(value: V): V {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part)
    Object.freeze(value)
  }
  return value
}
