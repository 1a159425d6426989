import { Worker, type WorkerOptions } from 'node:worker_threads'
import { COMPILE_CACHE } from './compile-cache.ts'

// Each thread would load the compiler of TypeScript for itself, 16 MB and 60 ms, were it not for the cache.
const BEGIN = `require('node:module').enableCompileCache(${JSON.stringify(COMPILE_CACHE)}); import(FILE)`

/** Runs the file in a thread, which keeps the process from ending only while it is waited for (`ref`). */
export function startThread(
  file: URL,
  workerData: unknown,
  resourceLimits: WorkerOptions['resourceLimits'] = {},
): Worker {
  const thread = new Worker(BEGIN.replace('FILE', JSON.stringify(file.href)), {
    eval: true,
    workerData,
    resourceLimits,
    execArgv: [],
  })
  thread.unref()
  return thread
}
