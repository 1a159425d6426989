import { CannotOpen, type Declaration, type Document } from '../port.ts'
import type { StoreState } from './state.ts'

/**
 * Looks at the schema of the store that the URL names, without changing or making anything.
 * @throws CannotOpen, Unavailable
 */
export async function inspectStore(url: string, declarations: readonly Declaration<Document>[]): Promise<StoreState> {
  if (url.startsWith('sqlite:')) {
    return (await import('../sqlite/inspect.ts')).inspectSqlite(url.slice('sqlite:'.length), declarations)
  }
  if (url.startsWith('mongodb')) return (await import('../mongo/inspect.ts')).inspectMongo(url, declarations)
  throw new CannotOpen('the store must be sqlite:PATH or mongodb://…')
}
