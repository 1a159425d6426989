import type { StatementSync } from 'node:sqlite'
import { HeldDocuments } from '../queries/documents.ts'
import { checkDocument, checkSameId, fieldOf } from '../queries/fields.ts'
import { plannerOf, type Planner } from '../queries/plan.ts'
import type { Change, Collection, Declaration, Document, Page, PageRequest, Where } from '../port.ts'
import { Conflict } from '../port.ts'
import { pageOf, segmentsAfter, wholeOf, type Direction, type Segment } from '../queries/segments.ts'
import type { Connection } from './connection.ts'
import { brokenColumns } from './errors.ts'
import { fieldOfColumn, type Query, type Table } from './table.ts'
import type { Writer } from './writer.ts'

export class SqliteCollection<T extends Document> implements Collection<T> {
  readonly #declaration: Declaration<T>
  readonly #table: Table
  readonly #connection: Connection
  readonly #writer: Writer
  readonly #plan: Planner
  readonly #held: HeldDocuments<T> | undefined
  #byId: StatementSync | undefined

  constructor(declaration: Declaration<T>, table: Table, connection: Connection, writer: Writer) {
    this.#declaration = declaration
    this.#table = table
    this.#connection = connection
    this.#writer = writer
    this.#plan = plannerOf(declaration)
    this.#held = declaration.shared ? new HeldDocuments() : undefined
  }

  async insert(doc: T): Promise<void> {
    this.#check(doc)
    return this.#writer.write(() => this.#put(this.#table.insertOf(doc), doc))
  }

  async insertMany(docs: T[]): Promise<void> {
    docs.forEach(doc => this.#check(doc))
    const putAll = () => docs.forEach(doc => this.#put(this.#table.insertOf(doc), doc))
    return this.#writer.write(() => this.#connection.nested(putAll))
  }

  get(id: string): Promise<T | undefined> {
    return this.#connection.patiently(() => (this.#held ? this.#readShared(id, this.#held) : this.#read(id)))
  }

  async update(id: string, change: Change<T, T>): Promise<T | undefined> {
    if (this.#isAtHand) {
      const known = await this.get(id)
      if (!known || change(known) === known) return known
    }
    return this.#writer.write(() => {
      const known = this.#read(id)
      return known && this.#store(id, known, change(known))
    })
  }

  async upsert(id: string, change: Change<T | undefined, T>): Promise<T | undefined> {
    if (this.#isAtHand) {
      const known = await this.get(id)
      if (known && change(known) === known) return known
    }
    return this.#writer.write(() => {
      const known = this.#read(id)
      return this.#store(id, known, change(known))
    })
  }

  /**
   * Whether what a change would do can be looked at before: most changes of what is shared leave it as it is, and need no
   * transaction to find that out. Not while a commit is on its way to the disk: what is seen may be its work.
   */
  get #isAtHand(): boolean {
    return this.#held !== undefined && this.#writer.isSettled
  }

  remove(id: string): Promise<boolean> {
    return this.#writer.write(() => {
      this.#held?.forget(id)
      return this.#run(this.#table.deleteLive(id)) > 0
    })
  }

  first(where: Where<T>): Promise<T | undefined> {
    return this.#connection.read(() => {
      const plan = this.#plan(where)
      return this.#select(wholeOf(plan), plan.order, 'asc', 1)[0]
    })
  }

  list(where: Where<T>, { limit, cursor, order = 'asc' }: PageRequest): Promise<Page<T>> {
    return this.#connection.read(() => {
      const plan = this.#plan(where)
      const docs: T[] = []
      for (const segment of segmentsAfter(plan, cursor, order)) {
        docs.push(...this.#select(segment, plan.order, order, limit + 1 - docs.length))
        if (docs.length > limit) break
      }
      return pageOf(plan, docs, limit)
    })
  }

  count(where: Where<T>): Promise<number> {
    return this.#connection.read(() => {
      const { sql, values } = this.#table.count(wholeOf(this.#plan(where)))
      return this.#connection.prepare(sql).get(...values)!.count as number
    })
  }

  async removeAll(where: Where<T>, limit: number): Promise<number> {
    const query = this.#table.delete(wholeOf(this.#plan(where)), limit)
    return this.#writer.write(() => this.#delete(query))
  }

  async removeExpired(now: number, limit: number): Promise<number> {
    const query = this.#table.deleteExpired([], now, limit)
    return query ? this.#writer.write(() => this.#delete(query)) : 0
  }

  #check(doc: T): void {
    checkDocument(this.#declaration, this.#table.fields, doc)
  }

  #read(id: string): T | undefined {
    const body = this.#readBody(id)
    return body === undefined ? undefined : (JSON.parse(body) as T)
  }

  #readShared(id: string, held: HeldDocuments<T>): T | undefined {
    const revision = this.#connection.revision()
    const known = held.readAt(id, revision)
    if (known) return isExpired(known[this.#declaration.expires as keyof T]) ? undefined : known
    const body = this.#readBody(id)
    return body === undefined ? undefined : held.of(id, body, revision)
  }

  /** Of a live document. */
  #readBody(id: string): string | undefined {
    this.#connection.beginReading()
    const row = (this.#byId ??= this.#connection.prepare(this.#table.selectById)).get(id)
    return !row || isExpired(row.expires) ? undefined : (row.body as string)
  }

  #select(segment: Segment, order: readonly string[], direction: Direction, limit: number): T[] {
    const { sql, values } = this.#table.select(segment, order, direction, limit)
    const rows = this.#connection.prepare(sql).all(...values)
    return rows.map(row => JSON.parse(row.body as string) as T)
  }

  #store(id: string, known: T | undefined, changed: T | undefined): T | undefined {
    if (changed === undefined || changed === known) return changed
    checkSameId(this.#declaration.name, id, changed)
    this.#check(changed)
    this.#put(known ? this.#table.updateOf(known, changed) : this.#table.insertOf(changed), changed)
    return changed
  }

  /** Writes one document's row, in place of expired ones that hold its id or a unique value. @throws Conflict */
  #put({ sql, values }: Query, doc: T): void {
    this.#held?.forget(doc.id)
    for (;;) {
      try {
        this.#connection.prepare(sql).run(...values)
        return
      } catch (error) {
        const fields = brokenColumns(error)?.map(fieldOfColumn)
        if (!fields) throw error
        if (!this.#removeExpiredHolder(fields, doc)) throw new Conflict(this.#declaration.name, fields.join('_'))
      }
    }
  }

  #removeExpiredHolder(fields: string[], doc: T): boolean {
    const same: Segment = fields.map(field => ({ field, is: '=', value: fieldOf(doc, field)! }))
    const query = this.#table.deleteExpired(same, Date.now(), 1)
    return query !== undefined && this.#delete(query) > 0
  }

  #delete(query: Query): number {
    this.#held?.forgetAll()
    return this.#run(query)
  }

  #run({ sql, values }: Query): number {
    return Number(this.#connection.prepare(sql).run(...values).changes)
  }
}

/** @param expires what the document's field of expiry holds, if it has one */
function isExpired(expires: unknown): boolean {
  return typeof expires === 'number' && expires <= Date.now()
}
