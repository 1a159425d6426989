// The SQL of one collection: a table with the body as JSON, and one bound column for each indexed field.
import type { SQLInputValue } from 'node:sqlite'
import { fieldOf, indexedFields } from '../queries/fields.ts'
import type { Declaration, Document, Scalar } from '../port.ts'
import type { Direction, Segment } from '../queries/segments.ts'

/** SQL with the values for its placeholders. */
export interface Query {
  sql: string
  values: SQLInputValue[]
}

export class Table {
  readonly name: string
  readonly fields: readonly string[]
  readonly #insert: string
  readonly #update: string
  readonly #updateBody: string
  /** By far the most frequent query: the time of expiry comes along, since asking for it there takes twice as long. */
  readonly selectById: string
  readonly #expires: string | undefined
  readonly #version: number

  /** @param version the schema version that our rows bear */
  constructor(declaration: Declaration<Document>, version: number) {
    this.name = quote(declaration.name)
    this.fields = indexedFields(declaration)
    this.#expires = declaration.expires && columnOf(declaration.expires)
    this.#version = version
    const columns = ['body', 'schema', ...this.fields.map(columnOf)]
    this.#insert = `INSERT INTO ${this.name} (${columns.join(', ')}, id) VALUES (${columns.map(() => '?').join(', ')}, ?)`
    this.#update = `UPDATE ${this.name} SET ${columns.map(column => `${column} = ?`).join(', ')} WHERE id = ?`
    this.#updateBody = `UPDATE ${this.name} SET body = ?, schema = ? WHERE id = ?`
    this.selectById = `SELECT body${this.#expires ? `, ${this.#expires} AS expires` : ''} FROM ${this.name} WHERE id = ?`
  }

  insertOf(doc: Document): Query {
    return { sql: this.#insert, values: this.#rowOf(doc) }
  }

  /** Writes no index anew of which nothing has changed: SQLite would, for each column that is named. */
  updateOf(known: Document, doc: Document): Query {
    const isIndexed = this.fields.some(field => fieldOf(known, field) !== fieldOf(doc, field))
    if (isIndexed) return { sql: this.#update, values: this.#rowOf(doc) }
    return { sql: this.#updateBody, values: [JSON.stringify(doc), this.#version, doc.id] }
  }

  #rowOf(doc: Document): SQLInputValue[] {
    const columns = this.fields.map(field => bound(fieldOf(doc, field) ?? null))
    return [JSON.stringify(doc), this.#version, ...columns, doc.id]
  }

  select(segment: Segment, order: readonly string[], direction: Direction, limit: number): Query {
    const { sql, values } = this.#where(segment, [this.#live()])
    const ordered = order.map(field => `${columnOf(field)} ${direction}`).join(', ')
    const orderBy = ordered && ` ORDER BY ${ordered}`
    // Not bound: SQLite plans a statement anew each time that its limit is.
    return { sql: `SELECT body FROM ${this.name}${sql}${orderBy} LIMIT ${limit}`, values }
  }

  count(segment: Segment): Query {
    const { sql, values } = this.#where(segment, [this.#live()])
    return { sql: `SELECT count(*) AS count FROM ${this.name}${sql}`, values }
  }

  delete(segment: Segment, limit: number): Query {
    const { sql, values } = this.#where(segment, [])
    return {
      sql: `DELETE FROM ${this.name} WHERE rowid IN (SELECT rowid FROM ${this.name}${sql} LIMIT ${limit})`,
      values,
    }
  }

  deleteLive(id: string): Query {
    const { sql, values } = this.#where([{ field: 'id', is: '=', value: id }], [this.#live()])
    return { sql: `DELETE FROM ${this.name}${sql}`, values }
  }

  /** Undefined for a collection that never expires. */
  deleteExpired(segment: Segment, now: number, limit: number): Query | undefined {
    if (!this.#expires) return undefined
    const { sql, values } = this.#where(segment, [{ sql: `${this.#expires} <= ?`, values: [now] }])
    return {
      sql: `DELETE FROM ${this.name} WHERE rowid IN (SELECT rowid FROM ${this.name}${sql} LIMIT ${limit})`,
      values,
    }
  }

  #live(): Query | undefined {
    if (!this.#expires) return undefined
    return { sql: `(${this.#expires} IS NULL OR ${this.#expires} > ?)`, values: [Date.now()] }
  }

  #where(segment: Segment, more: (Query | undefined)[]): Query {
    const all = [...segment.map(conditionOf), ...more.filter(query => query !== undefined)]
    const sql = all.map(query => query.sql).join(' AND ')
    return { sql: sql && ` WHERE ${sql}`, values: all.flatMap(query => query.values) }
  }
}

/** Named apart from our own columns, whatever a document calls its fields. */
export function columnOf(field: string): string {
  return field === 'id' ? 'id' : quote(`f_${field}`)
}

/** The field that a column of `columnOf` holds. */
export function fieldOfColumn(column: string): string {
  return column.replace(/^f_/, '')
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function conditionOf(term: Segment[number]): Query {
  const column = columnOf(term.field)
  if ('value' in term) return { sql: `${column} ${term.is} ?`, values: [bound(term.value)] }
  return { sql: `${column} IS ${term.is === 'missing' ? 'NULL' : 'NOT NULL'}`, values: [] }
}

function bound(value: Scalar | null): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value
}
