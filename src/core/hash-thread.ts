// Hashes one password after the other, on a thread that gives way to the event loop.
import { hashSync, verifySync, type Options } from '@node-rs/argon2'
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'

export type HashJob = { password: string } & ({ options: Options } | { stored: string })
export type HashResult = { value: string | boolean } | { error: Error }

/** As `nice` counts: a core that is fully asked for gives a tenth to hashing, and the rest to whoever answers requests. */
const NICENESS = 10

giveWay()
parentPort!.on('message', (job: HashJob) => parentPort!.postMessage(resultOf(job)))

function resultOf(job: HashJob): HashResult {
  try {
    return { value: 'stored' in job ? verifySync(job.stored, job.password) : hashSync(job.password, job.options) }
  } catch (error) {
    return { error: error as Error }
  }
}

/** Linux alone has priorities for threads; elsewhere, or in a sandbox, hashing competes with the rest as an equal. */
function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/')
    setPriority(Number(thread), NICENESS)
  } catch {
    // No /proc, or not allowed to.
  }
}
