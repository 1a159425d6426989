// The storage port: the one interface between Latchkey and whatever keeps its documents.
// Engines (sqlite, mongo, …) implement it; test/contract holds every engine to the same behaviour.
import type { z } from 'zod'

export type Document = { id: string }
export type Scalar = string | number | boolean

/**
 * An ordered list of fields. A unique index over one optional field is sparse: documents without the field do not
 * collide. Every document must have all the fields of a unique index over several. In other indexes a document
 * without the field comes first.
 */
export interface Index {
  fields: readonly string[]
  unique?: boolean
}

/** What an engine needs to know to build its table or model. Indexed fields hold strings, numbers or booleans, never arrays or nulls. */
export interface Declaration<T extends Document> {
  name: string
  schema: z.ZodType<T>
  indexes?: readonly Index[]
  /** The field that holds the time of expiry, in epoch milliseconds. An expired document is never returned. */
  expires?: string
  /** Losing it costs a re-login at the most; such collections may live in Redis. */
  volatile?: boolean
  /** Processes keep what they have read of it, so each write is told on the bus (see announced.ts). */
  announced?: boolean
  /**
   * `get` gives the same frozen object out for as long as the stored document is the same, so that what was made from it
   * can be kept beside it. For what is read again and again.
   */
  shared?: boolean
}

/** At most one bound on each side, or a prefix of a string. */
export type Range = { gt?: Scalar; gte?: Scalar; lt?: Scalar; lte?: Scalar } | { prefix: string }

/** Equality on the first fields of one index, then at most one range. `{}` walks the whole collection by id. */
export type Where<T> = { [K in keyof T & string]?: Scalar | Range }

export interface PageRequest {
  limit: number
  cursor?: string
  order?: 'asc' | 'desc'
}

export interface Page<T> {
  items: T[]
  /** Present when there may be more; pass it back as it is. */
  cursor?: string
}

/** `undefined` refuses; the same object, returned unchanged, writes nothing. It is pure, and may run more than once. */
export type Change<In, Out> = (doc: In) => Out | undefined

export interface Collection<T extends Document> {
  /** @throws Conflict naming the unique index that the document breaks (`id` for the key itself) */
  insert(doc: T): Promise<void>
  /** All or none where the engine can; otherwise in order, up to the first that breaks a rule. @throws Conflict */
  insertMany(docs: T[]): Promise<void>
  get(id: string): Promise<T | undefined>
  /**
   * Atomic read, change, compare-and-set. Of 50 parallel callers who each want to consume a code, one gets the document.
   * Undefined when there is no live document, or when `change` refuses. @throws Conflict
   */
  update(id: string, change: Change<T, T>): Promise<T | undefined>
  /** As `update`, but `change` also sees that there is no (live) document, and may make it. @throws Conflict */
  upsert(id: string, change: Change<T | undefined, T>): Promise<T | undefined>
  remove(id: string): Promise<boolean>
  /** @throws NoIndex when no index serves the condition */
  first(where: Where<T>): Promise<T | undefined>
  /** In the index's order (bytes for strings), then id. @throws NoIndex, BadCursor */
  list(where: Where<T>, page: PageRequest): Promise<Page<T>>
  /** @throws NoIndex */
  count(where: Where<T>): Promise<number>
  /** Removes up to `limit` documents, expired ones included, and says how many went. @throws NoIndex */
  removeAll(where: Where<T>, limit: number): Promise<number>
  /** Removes up to `limit` documents that had expired at `now` (epoch milliseconds). */
  removeExpired(now: number, limit: number): Promise<number>
}

export interface Store {
  /** The collection of a declaration that was given when the store was opened. */
  collection<T extends Document>(declaration: Declaration<T>): Collection<T>
  /** Answers when the store can read and write. @throws Unavailable */
  ping(): Promise<void>
  close(): Promise<void>
}

/** A write would break a unique index. */
export class Conflict extends Error {
  readonly collection: string
  /** The index's fields joined by `_`, or `id`. */
  readonly index: string

  constructor(collection: string, index: string) {
    super(`a document with the same ${index} is already in ${collection}`)
    this.name = 'Conflict'
    this.collection = collection
    this.index = index
  }
}

/** The store did not answer in time, or cannot be reached. The request may be tried again. */
export class Unavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Unavailable'
  }
}

/** A condition that no index of the collection serves: a mistake in our code, never in a request. */
export class NoIndex extends Error {
  constructor(collection: string, where: object) {
    super(`no index of ${collection} serves { ${Object.keys(where).join(', ')} }`)
    this.name = 'NoIndex'
  }
}

/** A cursor that no list gave out, or that belongs to another list. It may well come from a request. */
export class BadCursor extends Error {
  constructor() {
    super('the cursor is not one that this list gave out')
    this.name = 'BadCursor'
  }
}

/** The store cannot be used as it is. The message is one plain line for whoever starts the process. */
export class CannotOpen extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CannotOpen'
  }
}
