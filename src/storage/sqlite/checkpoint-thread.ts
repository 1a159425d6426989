// Brings the write-ahead log home into the file, on a thread with a connection of its own: it takes milliseconds each
// time, for which the event loop would stand still. Several processes may do so on one file: SQLite lets one at a time.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

export type ToThread = 'written' | 'held' | 'close'
/** `hold`: no writes until the next `waiting`, which is when a next `written` is waited for. */
export type FromThread = 'hold' | 'waiting'

/** Between two checkpoints under load: pages that are written again and again are copied once. Milliseconds. */
const PAUSE = 100
/** Without a write for so long, the log is emptied, and takes no room. Milliseconds. */
const IDLE = 5000
/** How long we wait for others who read or write; while we wait for readers, nobody can write. Milliseconds. */
const WAIT = 50
/** Under load there is always one more page to copy, and the log would grow for ever. From here on it is begun anew. */
const MAX_PAGES = 4000

const port = parentPort!
const db = new DatabaseSync(workerData as string, { timeout: WAIT })
let timer: NodeJS.Timeout | undefined
let restartAt = MAX_PAGES

port.on('message', (message: ToThread) => {
  clearTimeout(timer)
  if (message === 'written') timer = setTimeout(copy, PAUSE)
  else if (message === 'held') restart()
  else close()
})
rest()

/** As much as can be copied beside readers and writers. */
function copy(): void {
  if (checkpoint('PASSIVE').log < restartAt) rest()
  else say('hold')
}

/** The little that was written meanwhile; then the log begins anew. */
function restart(): void {
  const { busy, log } = checkpoint('RESTART')
  // Someone reads for long (a backup): trying again too soon would only hold writers up.
  restartAt = busy ? Math.max(MAX_PAGES, log * 2) : MAX_PAGES
  rest()
}

function rest(): void {
  timer = setTimeout(empty, IDLE)
  say('waiting')
}

function empty(): void {
  if (checkpoint('TRUNCATE').busy) timer = setTimeout(empty, IDLE)
}

function close(): void {
  db.close()
  port.close()
}

function say(message: FromThread): void {
  port.postMessage(message)
}

/** `log`: the pages in the log, those included that were copied before. */
function checkpoint(mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE'): { busy: boolean; log: number } {
  try {
    const { busy, log } = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get() as { busy: number; log: number }
    return { busy: busy !== 0, log }
  } catch {
    // A full disk, for one. Writers meet it as well, and say so.
    return { busy: true, log: 0 }
  }
}
