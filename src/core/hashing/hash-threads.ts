// argon2 on threads of our own. On libuv's, where the library would run it, hashes hold up what commits and signatures wait
// for; and no thread of libuv's can be given less priority than the event loop, so each hash would stop it for a while.
import type { Options } from '@node-rs/argon2'
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { startThread } from '../../lib/threads/thread.ts'
import type { HashJob, HashResult } from './hash-thread.ts'

// Shared by the whole process, as libuv's are: as many as were ever needed at once.
const idle: Worker[] = []

export function hash(password: string, options: Options): Promise<string> {
  return run({ password, options }) as Promise<string>
}

export function verify(stored: string, password: string): Promise<boolean> {
  return run({ stored, password, foreign: false }) as Promise<boolean>
}

/** As `verify`, of another program's hash (passwords/foreign/). */
export function verifyForeign(stored: string, password: string): Promise<boolean> {
  return run({ stored, password, foreign: true }) as Promise<boolean>
}

async function run(job: HashJob): Promise<string | boolean> {
  const thread = idle.pop() ?? startThread(new URL('./hash-thread.ts', import.meta.url))
  // The process is to wait for the answer, but not for a thread that has nothing to do.
  thread.ref()
  thread.postMessage(job)
  const [result] = (await once(thread, 'message')) as [HashResult]
  thread.unref()
  idle.push(thread)
  if ('error' in result) throw result.error
  return result.value
}
