// Hashes one password after the other, on a thread that gives way to the event loop.
import { hashSync, verifySync, type Options } from '@node-rs/argon2'
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'

export type HashJob = { password: string } & ({ options: Options } | { stored: string; foreign: boolean })
export type HashResult = { value: string | boolean } | { error: Error }

/** As `nice` counts: a core that is fully asked for gives a tenth to hashing, and the rest to whoever answers requests. */
const NICENESS = 10

giveWay()
parentPort!.on('message', (job: HashJob) => void resultOf(job).then(result => parentPort!.postMessage(result)))

async function resultOf(job: HashJob): Promise<HashResult> {
  try {
    if ('options' in job) return { value: hashSync(job.password, job.options) }
    if (!job.foreign) return { value: verifySync(job.stored, job.password) }
    // Loaded where there is one: most installations have none.
    const { verifyForeign } = await import('./passwords/foreign/list.ts')
    return { value: verifyForeign(job.stored, job.password) }
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
