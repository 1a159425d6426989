// Starts the process: the server, the primary of several, or one of its workers.
import cluster from 'node:cluster'
import { useCompileCache } from './lib/compile-cache.ts'

if (import.meta.main) {
  useCompileCache()
  if (cluster.isWorker) (await import('./server/worker.ts')).runWorker()
  else await (await import('./server/run.ts')).run()
}
