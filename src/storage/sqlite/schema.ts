// Brings the tables up to the declarations while older processes work on them (expand, then contract): nothing is ever
// dropped or renamed here. A new column is added together with triggers that fill it for rows of writers who do not know
// it; rows from before are filled in batches; then comes the index.
import { indexedFields } from '../queries/fields.ts'
import { CannotOpen, type Declaration, type Document } from '../port.ts'
import { latestVersion, STORE_FORMAT, withFields, writerVersion, type FieldVersions } from '../schema/versions.ts'
import type { Connection } from './connection.ts'
import { brokenColumns } from './errors.ts'
import { indexesOf } from './indexes.ts'
import { columnOf, quote } from './table.ts'

/** What is noted of a collection. */
export interface State {
  versions: FieldVersions
  /** Up to which version the rows from before have been filled in. */
  filled: number
}

// A process that starts beside others can wait longer than a request.
const OPENING_PATIENCE = 15_000
const FILL_BATCH = 500

/** @returns for each collection the schema version that this program's rows bear. @throws CannotOpen, Unavailable */
export async function openSchema(
  connection: Connection,
  declarations: readonly Declaration<Document>[],
): Promise<Map<string, number>> {
  const patiently = <R>(work: () => R) => connection.patiently(work, OPENING_PATIENCE)

  await patiently(() => requireKnownFormat(connection))
  if (!(await patiently(() => declarations.every(declaration => hasFields(connection, declaration))))) {
    await patiently(() => connection.transact(() => expand(connection, declarations)))
  }
  for (const { name } of declarations) await fillRows(connection, name, patiently)
  const missing = await patiently(() => missingIndexes(connection, declarations))
  if (missing.length > 0) await patiently(() => connection.transact(() => createIndexes(connection, missing)))

  return patiently(
    () => new Map(declarations.map(declaration => [declaration.name, versionOf(connection, declaration)])),
  )
}

/** 0 for a file that nobody has opened as a store yet. */
export function formatOf(connection: Connection): number {
  return connection.prepare('PRAGMA user_version').get()!.user_version as number
}

function requireKnownFormat(connection: Connection): void {
  const format = formatOf(connection)
  if (format > STORE_FORMAT) {
    throw new CannotOpen(`it has format ${format} and needs a newer Latchkey (this one knows ${STORE_FORMAT})`)
  }
}

function hasFields(connection: Connection, declaration: Declaration<Document>): boolean {
  const versions = stateOf(connection, declaration.name)?.versions
  return versions !== undefined && withFields(versions, indexedFields(declaration)) === versions
}

function versionOf(connection: Connection, declaration: Declaration<Document>): number {
  return writerVersion(stateOf(connection, declaration.name)!.versions, indexedFields(declaration))
}

function expand(connection: Connection, declarations: readonly Declaration<Document>[]): void {
  requireKnownFormat(connection)
  connection.exec(`PRAGMA user_version = ${STORE_FORMAT}`)
  connection.exec(
    'CREATE TABLE IF NOT EXISTS latchkey_schema (collection TEXT PRIMARY KEY, fields TEXT NOT NULL, filled INTEGER NOT NULL)',
  )
  for (const declaration of declarations) {
    const state = stateOf(connection, declaration.name)
    const versions = withFields(state?.versions, indexedFields(declaration))
    if (versions === state?.versions) continue
    const table = quote(declaration.name)
    if (!state)
      connection.exec(
        `CREATE TABLE ${table} (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL, schema INTEGER NOT NULL)`,
      )
    for (const field of Object.keys(versions)) {
      if (!state || !(field in state.versions)) connection.exec(`ALTER TABLE ${table} ADD COLUMN ${columnOf(field)}`)
    }
    createTriggers(connection, declaration.name, versions)
    connection
      .prepare('INSERT OR REPLACE INTO latchkey_schema (collection, fields, filled) VALUES (?, ?, ?)')
      .run(declaration.name, JSON.stringify(versions), state?.filled ?? latestVersion(versions))
  }
}

/** They fill the columns that the writer of a row does not know: its schema version says that it is older. */
function createTriggers(connection: Connection, name: string, versions: FieldVersions): void {
  for (const event of ['INSERT', 'UPDATE OF body']) {
    const trigger = quote(`${name}:fill:${event.split(' ')[0]!.toLowerCase()}`)
    connection.exec(`DROP TRIGGER IF EXISTS ${trigger}`)
    if (Object.keys(versions).length === 0) continue
    connection.exec(
      `CREATE TRIGGER ${trigger} AFTER ${event} ON ${quote(name)} WHEN NEW.schema < ${latestVersion(versions)}
       BEGIN UPDATE ${quote(name)} SET ${fill(versions, 'NEW.body')} WHERE rowid = NEW.rowid; END`,
    )
  }
}

/** A batch at a time, so that other writers get their turn. */
async function fillRows(
  connection: Connection,
  name: string,
  patiently: <R>(work: () => R) => Promise<R>,
): Promise<void> {
  const { versions, filled } = await patiently(() => stateOf(connection, name)!)
  const version = latestVersion(versions)
  if (filled >= version) return
  const table = quote(name)
  const window = connection.prepare(
    `SELECT max(rowid) AS last FROM (SELECT rowid FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${FILL_BATCH})`,
  )
  const batch = connection.prepare(
    `UPDATE ${table} SET ${fill(versions, 'body')}, schema = ${version} WHERE rowid > ? AND rowid <= ? AND schema < ${version}`,
  )
  let done = -1
  for (;;) {
    const { last } = (await patiently(() => window.get(done))) as { last: number | null }
    if (last === null) break
    const from = done
    await patiently(() => connection.transact(() => batch.run(from, last)))
    done = last
  }
  const note = connection.prepare('UPDATE latchkey_schema SET filled = ? WHERE collection = ? AND filled < ?')
  await patiently(() => connection.transact(() => note.run(version, name, version)))
}

function fill(versions: FieldVersions, body: string): string {
  return Object.keys(versions)
    .map(field => `${columnOf(field)} = json_extract(${body}, ${literal(`$.${quote(field)}`)})`)
    .join(', ')
}

/** The declared indexes that the store does not have. */
export function missingIndexes(connection: Connection, declarations: readonly Declaration<Document>[]) {
  const rows = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").all()
  const there = new Set(rows.map(row => row.name))
  return declarations.flatMap(indexesOf).filter(({ name }) => !there.has(name))
}

function createIndexes(connection: Connection, missing: ReturnType<typeof missingIndexes>): void {
  for (const { name, sql } of missing) {
    try {
      connection.exec(sql)
    } catch (error) {
      if (!brokenColumns(error)) throw error
      throw new CannotOpen(`documents share values that are to be unique (${name})`)
    }
  }
}

/** Undefined for a collection that the store does not know. */
export function stateOf(connection: Connection, name: string): State | undefined {
  const known = connection
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'latchkey_schema'")
    .get()
  if (!known) return undefined
  const row = connection.prepare('SELECT fields, filled FROM latchkey_schema WHERE collection = ?').get(name)
  return row && { versions: JSON.parse(row.fields as string) as FieldVersions, filled: row.filled as number }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
