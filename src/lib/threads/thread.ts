import { Worker } from 'node:worker_threads'
import { COMPILE_CACHE } from '../compile-cache.ts'

// Each thread would load the compiler of TypeScript for itself, 16 MB and 60 ms, were it not for the cache. It is written at
// once, as a thread that ends with its process has no time for that.
const BEGIN = `
  const cache = require('node:module')
  cache.enableCompileCache(${JSON.stringify(COMPILE_CACHE)})
  import(FILE).then(() => cache.flushCompileCache())
`

// Our threads call native code, whose memory these do not limit.
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 }

/** Runs the file in a thread, which does not keep the process from ending unless it is asked to (`ref`). */
export function startThread(file: URL, workerData?: unknown): Worker {
  const program = BEGIN.replace('FILE', JSON.stringify(file.href))
  const thread = new Worker(program, { eval: true, workerData, resourceLimits: LIMITS, execArgv: [] })
  thread.unref()
  return thread
}
