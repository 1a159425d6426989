import { HeldDocuments } from '../queries/documents.ts'
import { checkDocument, checkSameId, indexedFields } from '../queries/fields.ts'
import { deadlineIn, isPast, pause, PATIENCE } from '../patience.ts'
import { plannerOf, type Planner } from '../queries/plan.ts'
import type { Change, Collection, Declaration, Document, Page, PageRequest, Where } from '../port.ts'
import { Conflict, Unavailable } from '../port.ts'
import { pageOf, segmentsAfter, wholeOf, type Direction } from '../queries/segments.ts'
import { inTime } from './deadline.ts'
import { failedAt, isDuplicate } from './errors.ts'
import { columnOf, filterOf, type Filter } from './filter.ts'
import { uniqueKeysOf, writeUnique, type UniqueKey } from './holders.ts'
import { isExpired, keyOf, newVersion, rowOf, type Row, type Rows } from './row.ts'
import { Turns } from '../turns.ts'

const ID: UniqueKey = { fields: ['id'] }

// What a write is decided on is the newest there is; the majority's view could lag behind and lose every race.
const newest = { readConcern: { level: 'local' }, projection: { v: 1, b: 1, ttl: 1 } } as const

export class MongoCollection<T extends Document> implements Collection<T> {
  readonly #declaration: Declaration<T>
  readonly #fields: readonly string[]
  readonly #uniqueKeys: UniqueKey[]
  readonly #rows: Rows
  readonly #version: number
  readonly #plan: Planner
  readonly #held: HeldDocuments<T> | undefined
  readonly #turns = new Turns()

  /** @param version the schema version that our rows bear */
  constructor(declaration: Declaration<T>, rows: Rows, version: number) {
    this.#declaration = declaration
    this.#fields = indexedFields(declaration)
    this.#uniqueKeys = uniqueKeysOf(declaration)
    this.#rows = rows
    this.#version = version
    this.#plan = plannerOf(declaration)
    this.#held = declaration.shared ? new HeldDocuments() : undefined
  }

  async insert(doc: T): Promise<void> {
    await this.#insert(doc, deadlineIn(PATIENCE))
  }

  async insertMany(docs: T[]): Promise<void> {
    const rows = docs.map(doc => this.#rowOf(doc, newVersion()))
    const deadline = deadlineIn(PATIENCE)
    for (let done = 0; done < rows.length;) {
      try {
        await inTime(deadline, () => this.#rows.insertMany(rows.slice(done), { ordered: true }))
        return
      } catch (error) {
        if (!isDuplicate(error)) throw error
        done += failedAt(error)
      }
      await this.#insert(docs[done]!, deadline)
      done++
    }
  }

  async get(id: string): Promise<T | undefined> {
    const find = () => this.#rows.findOne({ _id: keyOf(id) }, { projection: { b: 1, ttl: 1 } })
    const row = await inTime(deadlineIn(PATIENCE), find)
    if (!row || isExpired(row)) return undefined
    return this.#held?.of(id, row.b, 0) ?? (JSON.parse(row.b) as T)
  }

  update(id: string, change: Change<T, T>): Promise<T | undefined> {
    return this.#change(id, known => known && change(known))
  }

  upsert(id: string, change: Change<T | undefined, T>): Promise<T | undefined> {
    return this.#change(id, change)
  }

  async remove(id: string): Promise<boolean> {
    const remove = () => this.#rows.deleteOne({ _id: keyOf(id), ...this.#live() })
    return (await inTime(deadlineIn(PATIENCE), remove)).deletedCount > 0
  }

  async first(where: Where<T>): Promise<T | undefined> {
    return (await this.list(where, { limit: 1 })).items[0]
  }

  async list(where: Where<T>, { limit, cursor, order = 'asc' }: PageRequest): Promise<Page<T>> {
    const plan = this.#plan(where)
    const segments = segmentsAfter(plan, cursor, order)
    if (segments.length === 0) return { items: [] }
    const filter = filterOf(segments, this.#live())
    const sort = plan.order.map((field): [string, Direction] => [columnOf(field), order])
    const options = { projection: { b: 1 }, limit: limit + 1 } as const
    const rows = await inTime(deadlineIn(PATIENCE), () => this.#rows.find(filter, options).sort(sort).toArray())
    const docs = rows.map(row => JSON.parse(row.b) as T)
    return pageOf(plan, docs, limit)
  }

  async count(where: Where<T>): Promise<number> {
    const filter = filterOf([wholeOf(this.#plan(where))], this.#live())
    return inTime(deadlineIn(PATIENCE), () => this.#rows.countDocuments(filter))
  }

  async removeAll(where: Where<T>, limit: number): Promise<number> {
    return this.#removeBatch(filterOf([wholeOf(this.#plan(where))], {}), limit)
  }

  async removeExpired(now: number, limit: number): Promise<number> {
    return this.#declaration.expires ? this.#removeBatch({ ttl: { $lte: new Date(now) } }, limit) : 0
  }

  /** The server has no limit for deletes. What changes between the two calls so that it no longer matches, stays. */
  async #removeBatch(filter: Filter, limit: number): Promise<number> {
    const deadline = deadlineIn(PATIENCE)
    const find = () => this.#rows.find(filter, { projection: { _id: 1 }, limit }).toArray()
    const ids = (await inTime(deadline, find)).map(({ _id }) => _id)
    if (ids.length === 0) return 0
    return (await inTime(deadline, () => this.#rows.deleteMany({ $and: [{ _id: { $in: ids } }, filter] }))).deletedCount
  }

  #insert(doc: T, deadline: number): Promise<unknown> {
    const row = this.#rowOf(doc, newVersion())
    return this.#write([ID, ...this.#uniqueKeys], doc, deadline, () => this.#rows.insertOne(row))
  }

  #write<R>(keys: UniqueKey[], doc: T, deadline: number, write: () => Promise<R>): Promise<R> {
    return writeUnique(this.#rows, this.#declaration.name, keys, doc, deadline, write)
  }

  #change(id: string, change: Change<T | undefined, T>): Promise<T | undefined> {
    return this.#turns.take(id, async deadline => {
      for (let tries = 0; !isPast(deadline); tries++) {
        if (tries > 0) await pause(tries)
        const row = await inTime(deadline, () => this.#rows.findOne({ _id: keyOf(id) }, newest))
        const known = row && !isExpired(row) ? (JSON.parse(row.b) as T) : undefined
        const changed = change(known)
        if (changed === undefined || changed === known) return changed
        checkSameId(this.#declaration.name, id, changed)
        if (await this.#swap(row?.v, changed, deadline)) return changed
      }
      throw new Unavailable('the document changed too often while it was being changed')
    })
  }

  /** Writes the document if it still has the version that was read, undefined for none. Else false: somebody was faster. */
  async #swap(v: number | undefined, doc: T, deadline: number): Promise<boolean> {
    if (v === undefined) return this.#insert(doc, deadline).then(() => true, lostTheId)
    const row = this.#rowOf(doc, v + 1)
    const swap = () => this.#rows.replaceOne({ _id: row._id, v }, row)
    return (await this.#write(this.#uniqueKeys, doc, deadline, swap)).matchedCount === 1
  }

  #rowOf(doc: T, v: number): Row {
    checkDocument(this.#declaration, this.#fields, doc)
    return rowOf(this.#declaration, this.#fields, doc, { v, s: this.#version })
  }

  #live(): Filter {
    return this.#declaration.expires ? { ttl: { $not: { $lte: new Date(Date.now()) } } } : {}
  }
}

function lostTheId(error: unknown): false {
  if (error instanceof Conflict && error.index === 'id') return false
  throw error
}
