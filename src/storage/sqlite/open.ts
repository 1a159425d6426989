import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { CannotOpen, type Collection, type Declaration, type Document, type Store } from '../port.ts'
import { createCheckpoints } from './checkpoints.ts'
import { SqliteCollection } from './collection.ts'
import { Connection } from './connection.ts'
import { cannotOpen } from './errors.ts'
import { openSchema } from './schema.ts'
import { Table } from './table.ts'
import { openLog } from './write-ahead-log.ts'
import { Writer } from './writer.ts'

/** Opens the file, which is made when it is missing, with its folder. `:memory:` lives as long as the store is open. */
export async function openSqlite(path: string, declarations: readonly Declaration<Document>[]): Promise<Store> {
  if (path === '') throw new CannotOpen('the store sqlite: needs the path of a file')
  let connection: Connection | undefined
  try {
    if (path !== ':memory:') makeFile(path)
    connection = new Connection(path)
    await setUp(connection)
    const versions = await openSchema(connection, declarations)
    return createStore(path, connection, new Map(declarations.map(d => [d.name, new Table(d, versions.get(d.name)!)])))
  } catch (error) {
    connection?.close()
    throw cannotOpen(path, error)
  }
}

function createStore(path: string, connection: Connection, tables: Map<string, Table>): Store {
  const log = path === ':memory:' ? undefined : openLog(realpathSync(path))
  const writer = new Writer(connection, log?.sync, () => checkpoints?.committed())
  const checkpoints = log && createCheckpoints(path, connection, writer)
  const made = new Map<string, Collection<never>>()
  return {
    collection<T extends Document>(declaration: Declaration<T>): Collection<T> {
      const known = made.get(declaration.name) as Collection<T> | undefined
      if (known) return known
      const table = tables.get(declaration.name)
      if (!table) throw new TypeError(`the store was opened without the collection ${declaration.name}`)
      const collection = new SqliteCollection(declaration, table, connection, writer)
      made.set(declaration.name, collection as unknown as Collection<never>)
      return collection
    },
    // An empty transaction still takes the write lock.
    ping: () => writer.write(() => undefined),
    async close() {
      await writer.close()
      await checkpoints?.close()
      log?.close()
      connection.close()
    },
  }
}

/** For the eyes of this user only: what is in there concerns people. SQLite gives its other files the same rights. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}

async function setUp(connection: Connection): Promise<void> {
  await connection.patiently(() => connection.exec('PRAGMA journal_mode = WAL'))
  // A COMMIT is synced by the writer before it is answered, and so survives a power cut as under FULL.
  connection.exec('PRAGMA synchronous = NORMAL')
}
