import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export interface Size {
  /** What holds something: pages in use. Bytes. */
  live: number
  /** The file on disk, with pages that are free to be used again. Bytes. */
  file: number
}

/** The size of a store's file, whether or not a server has it open. @param store `sqlite:PATH` */
export function sizeOf(store: string): Size {
  const path = store.slice('sqlite:'.length)
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const value = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0])
    return { live: (value('page_count') - value('freelist_count')) * value('page_size'), file: statSync(path).size }
  } finally {
    database.close()
  }
}
