import { closeSync, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'

const syncData = promisify(fdatasync)

/** The file beside the database that commits are written to. */
export interface WriteAheadLog {
  /** Brings everything that was committed before to the disk, off the event loop. */
  sync(): Promise<void>
  close(): void
}

/**
 * The log of an open database that has been written to. It is the same file for as long as a connection is open: SQLite
 * begins it anew or empties it, but removes it only with the last connection. `path` without symbolic links: the log lies
 * beside the file itself.
 */
export function openLog(path: string): WriteAheadLog {
  const file = openSync(`${path}-wal`, 'r+')
  let isOpen = true
  return {
    sync: () => syncData(file),
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}
