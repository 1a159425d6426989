import { existsSync } from 'node:fs'
import type { Declaration, Document } from '../port.ts'
import { collectionState, fieldsMissing, type CollectionState, type StoreState } from '../schema/state.ts'
import { latestVersion } from '../schema/versions.ts'
import { Connection } from './connection.ts'
import { cannotOpen } from './errors.ts'
import { formatOf, missingIndexes, stateOf, type State } from './schema.ts'
import { quote } from './table.ts'

/** Reads the schema of the file, which is not made when it is missing. @throws CannotOpen */
export async function inspectSqlite(path: string, declarations: readonly Declaration<Document>[]): Promise<StoreState> {
  let connection: Connection | undefined
  try {
    // In the place of a file that is not there stands an empty store, which is gone when it is closed.
    connection = existsSync(path) ? new Connection(path, { readOnly: true }) : new Connection(':memory:')
    return await connection.patiently(() => inspect(connection!, declarations))
  } catch (error) {
    throw cannotOpen(path, error)
  } finally {
    connection?.close()
  }
}

function inspect(connection: Connection, declarations: readonly Declaration<Document>[]): StoreState {
  const format = formatOf(connection)
  return {
    engine: 'sqlite',
    ...(format > 0 ? { format } : {}),
    collections: declarations.map(declaration => inspectCollection(connection, declaration)),
  }
}

function inspectCollection(connection: Connection, declaration: Declaration<Document>): CollectionState {
  const state = stateOf(connection, declaration.name)
  return collectionState(declaration, state?.versions, {
    missingIndexes: missingIndexes(connection, [declaration]).map(({ name }) => name),
    toFill: state ? countToFill(connection, declaration, state) : 0,
  })
}

function countToFill(connection: Connection, declaration: Declaration<Document>, { versions, filled }: State): number {
  const version = latestVersion(versions)
  const isNew = fieldsMissing(declaration, versions).length > 0
  // What older programs have written since is filled in by triggers.
  if (!isNew && filled >= version) return 0
  const count = connection.prepare(`SELECT count(*) AS count FROM ${quote(declaration.name)} WHERE schema < ?`)
  return count.get(isNew ? version + 1 : version)!.count as number
}
