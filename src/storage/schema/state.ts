// What the schema of a store is, beside what this program's declarations ask for. Opening the store by this program makes
// up the difference; looking at it changes nothing.
import { indexedFields } from '../queries/fields.ts'
import type { Declaration, Document } from '../port.ts'
import { latestVersion, type FieldVersions } from './versions.ts'

export interface StoreState {
  engine: 'sqlite' | 'mongo'
  /** The layout of the store, undefined when there is no store yet. */
  format?: number
  collections: CollectionState[]
}

export interface CollectionState {
  name: string
  /** The version of the collection's fields, undefined when the store does not know the collection yet. */
  version?: number
  missingFields: string[]
  missingIndexes: string[]
  /** How many documents do not have all their indexed fields beside them yet. */
  toFill: number
  /** Indexed fields that a newer program has added: this one works beside it. */
  newerFields: string[]
}

/** Whether this program would change nothing by opening the store. */
export function isUpToDate({ format, collections }: StoreState): boolean {
  return format !== undefined && collections.every(isComplete)
}

export function isComplete(state: CollectionState): boolean {
  return state.version !== undefined && state.missingFields.length + state.missingIndexes.length + state.toFill === 0
}

/** @param versions the fields that the store knows, undefined when it does not know the collection */
export function collectionState(
  declaration: Declaration<Document>,
  versions: FieldVersions | undefined,
  { missingIndexes, toFill }: Pick<CollectionState, 'missingIndexes' | 'toFill'>,
): CollectionState {
  const fields = indexedFields(declaration)
  return {
    name: declaration.name,
    ...(versions ? { version: latestVersion(versions) } : {}),
    missingFields: fieldsMissing(declaration, versions),
    missingIndexes,
    toFill,
    newerFields: Object.keys(versions ?? {}).filter(field => !fields.includes(field)),
  }
}

export function fieldsMissing(declaration: Declaration<Document>, versions: FieldVersions = {}): string[] {
  return indexedFields(declaration).filter(field => !(field in versions))
}
