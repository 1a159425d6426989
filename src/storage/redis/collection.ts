import { HeldDocuments } from '../queries/documents.ts'
import { checkDocument, checkSameId, indexedFields } from '../queries/fields.ts'
import { deadlineIn, isPast, pause, PATIENCE } from '../patience.ts'
import { plannerOf, type Plan, type Planner } from '../queries/plan.ts'
import type { Change, Collection, Declaration, Document, Page, PageRequest, Where } from '../port.ts'
import { Conflict, Unavailable } from '../port.ts'
import { pageOf, segmentsAfter, wholeOf, type Segment } from '../queries/segments.ts'
import { Turns } from '../turns.ts'
import { stretchOf } from './encode.ts'
import { indexFor, indexesOf, type RedisIndex } from './indexes.ts'
import type { Link } from './link.ts'
import { Rows, type Outcome } from './rows.ts'
import * as scripts from './scripts.ts'

// One batch holds the server, which does one thing at a time, for about a millisecond.
const COUNT_BATCH = 500

export class RedisCollection<T extends Document> implements Collection<T> {
  readonly #declaration: Declaration<T>
  readonly #fields: readonly string[]
  readonly #indexes: RedisIndex[]
  readonly #rows: Rows
  readonly #link: Link
  readonly #plan: Planner
  readonly #held: HeldDocuments<T> | undefined
  readonly #turns = new Turns()

  constructor(declaration: Declaration<T>, link: Link, prefix: string) {
    this.#declaration = declaration
    this.#fields = indexedFields(declaration)
    this.#indexes = indexesOf(declaration)
    this.#rows = new Rows(declaration, link, prefix)
    this.#link = link
    this.#plan = plannerOf(declaration)
    this.#held = declaration.shared ? new HeldDocuments() : undefined
  }

  async insert(doc: T): Promise<void> {
    this.#check(doc)
    this.#require(await this.#rows.put(doc, undefined))
  }

  async insertMany(docs: T[]): Promise<void> {
    docs.forEach(doc => this.#check(doc))
    const deadline = deadlineIn(PATIENCE)
    for (const doc of docs) this.#require(await this.#rows.put(doc, undefined, deadline))
  }

  async get(id: string): Promise<T | undefined> {
    const row = await this.#rows.read(id)
    if (!row) return undefined
    return this.#held?.of(id, row.body, 0) ?? (JSON.parse(row.body) as T)
  }

  update(id: string, change: Change<T, T>): Promise<T | undefined> {
    return this.#change(id, known => known && change(known))
  }

  upsert(id: string, change: Change<T | undefined, T>): Promise<T | undefined> {
    return this.#change(id, change)
  }

  async remove(id: string): Promise<boolean> {
    requireText(id)
    return (await this.#link.run(scripts.remove, this.#rows.root, [id, Date.now()])) === 1
  }

  async first(where: Where<T>): Promise<T | undefined> {
    const plan = this.#plan(where)
    return (await this.#find(plan, wholeOf(plan), 'asc', 1))[0]
  }

  async list(where: Where<T>, { limit, cursor, order = 'asc' }: PageRequest): Promise<Page<T>> {
    const plan = this.#plan(where)
    const docs: T[] = []
    for (const segment of segmentsAfter(plan, cursor, order)) {
      docs.push(...(await this.#find(plan, segment, order, limit + 1 - docs.length)))
      if (docs.length > limit) break
    }
    return pageOf(plan, docs, limit)
  }

  async count(where: Where<T>): Promise<number> {
    const plan = this.#plan(where)
    const { index, by } = indexFor(this.#indexes, plan)
    const { min, max } = stretchOf(wholeOf(plan), by)
    let total = 0
    let from: Buffer | undefined = min
    while (from) {
      const args = [Date.now(), index.name, index.fields.length, from, max, COUNT_BATCH]
      const [alive, next] = (await this.#link.run(scripts.count, this.#rows.root, args)) as [number, string?]
      total += alive
      from = next === undefined ? undefined : Buffer.from(next, 'hex')
    }
    return total
  }

  async removeAll(where: Where<T>, limit: number): Promise<number> {
    const plan = this.#plan(where)
    const { index, by } = indexFor(this.#indexes, plan)
    const { min, max } = stretchOf(wholeOf(plan), by)
    const args = [index.name, index.fields.length, min, max, limit]
    return Number(await this.#link.run(scripts.removeAll, this.#rows.root, args))
  }

  async removeExpired(now: number, limit: number): Promise<number> {
    if (!this.#declaration.expires) return 0
    return Number(await this.#link.run(scripts.removeExpired, this.#rows.root, [now, limit]))
  }

  async #find(plan: Plan, segment: Segment, order: 'asc' | 'desc', limit: number): Promise<T[]> {
    const { index, by } = indexFor(this.#indexes, plan)
    const { min, max } = stretchOf(segment, by)
    const args = [Date.now(), index.name, index.fields.length, min, max, order, limit]
    const bodies = (await this.#link.run(scripts.find, this.#rows.root, args)) as string[]
    return bodies.map(body => JSON.parse(body) as T)
  }

  #change(id: string, change: Change<T | undefined, T>): Promise<T | undefined> {
    return this.#turns.take(id, async deadline => {
      for (let tries = 0; !isPast(deadline); tries++) {
        if (tries > 0) await pause(tries)
        const row = await this.#rows.read(id, deadline)
        const known = row && (JSON.parse(row.body) as T)
        const changed = change(known)
        if (changed === undefined || changed === known) return changed
        checkSameId(this.#declaration.name, id, changed)
        this.#check(changed)
        const outcome = await this.#rows.put(changed, row?.version, deadline)
        if (!wasBeaten(outcome)) {
          this.#require(outcome)
          return changed
        }
      }
      throw new Unavailable('the document changed too often while it was being changed')
    })
  }

  #check(doc: T): void {
    checkDocument(this.#declaration, this.#fields, doc)
  }

  /** @throws Conflict */
  #require(outcome: Outcome): void {
    if (typeof outcome === 'object') throw new Conflict(this.#declaration.name, outcome.conflict)
  }
}

/** Somebody was faster, with a change or by making the document. */
function wasBeaten(outcome: Outcome): boolean {
  return outcome === 'changed' || (typeof outcome === 'object' && outcome.conflict === 'id')
}

/** @throws TypeError */
function requireText(id: string): void {
  if (typeof id !== 'string') throw new TypeError('an id must be a string')
}
