import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { startThread } from '../../lib/threads/thread.ts'
import type { FromThread, ToThread } from './checkpoint-thread.ts'
import type { Connection } from './connection.ts'
import type { Writer } from './writer.ts'

/** Who commits less, such as a command, leaves checkpoints to SQLite itself: a thread costs 10 MB. */
const WORTH_A_THREAD = 200

export interface Checkpoints {
  /** To be called after each commit. */
  committed(): void
  close(): Promise<void>
}

/** Checkpoints of the file by a thread, once there is something to do for one. */
export function createCheckpoints(
  path: string,
  connection: Connection,
  writer: Pick<Writer, 'hold' | 'resume'>,
): Checkpoints {
  let commits = 0
  let thread: Worker | undefined
  let isWaiting = false
  const tell = (message: ToThread) => thread?.postMessage(message)

  function start(): void {
    connection.exec('PRAGMA wal_autocheckpoint = 0')
    thread = startThread(new URL('./checkpoint-thread.ts', import.meta.url), path)
    thread.on('message', (message: FromThread) => {
      if (message === 'hold') {
        writer.hold()
        tell('held')
      } else {
        writer.resume()
        isWaiting = true
      }
    })
    thread.once('error', () => {
      thread = undefined
      writer.resume()
      // SQLite goes on by itself, as it would have without the thread.
      connection.exec('PRAGMA wal_autocheckpoint = 1000')
    })
  }

  return {
    committed() {
      commits += 1
      if (commits === WORTH_A_THREAD) start()
      if (isWaiting) tell('written')
      isWaiting = false
    },

    async close() {
      const ending = thread
      if (!ending) return
      tell('close')
      thread = undefined
      ending.removeAllListeners()
      ending.ref()
      await once(ending, 'exit')
    },
  }
}
