// Starts the process: the server, the primary of several, or one of its workers.
import cluster from 'node:cluster'

await import('./lib/compile-cache.ts')
if (cluster.isWorker) (await import('./server/worker.ts')).runWorker()
else await (await import('./server/run.ts')).run()
