// Hashes one password after the other, on a thread that gives way to the event loop.
import { hashSync, verifySync, type Options } from '@node-rs/argon2'
import { parentPort } from 'node:worker_threads'
import { giveWay } from '../../lib/threads/priority.ts'

export type HashJob = { password: string } & ({ options: Options } | { stored: string; foreign: boolean })
export type HashResult = { value: string | boolean } | { error: Error }

giveWay()
parentPort!.on('message', (job: HashJob) => void resultOf(job).then(result => parentPort!.postMessage(result)))

async function resultOf(job: HashJob): Promise<HashResult> {
  try {
    if ('options' in job) return { value: hashSync(job.password, job.options) }
    if (!job.foreign) return { value: verifySync(job.stored, job.password) }
    // Loaded where there is one: most installations have none.
    const { verifyForeign } = await import('../passwords/foreign/list.ts')
    return { value: verifyForeign(job.stored, job.password) }
  } catch (error) {
    return { error: error as Error }
  }
}
