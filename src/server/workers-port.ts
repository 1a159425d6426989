// The management port of several workers. It is the primary's, and speaks for all of them.
import { addUp, exposeText, onlyCounted, type Collected } from '../lib/metrics/exposition.ts'
import type { Health } from '../operations/health/check.ts'
import type { ManagementSource } from '../operations/port.ts'
import type { WorkerProcess } from './worker-process.ts'

const NOBODY: Health = { status: 'unavailable', checks: { workers: { ok: false, problem: 'no worker answers' } } }

export function askWorkers(workers: ReadonlySet<WorkerProcess>): ManagementSource {
  const latest = new Map<WorkerProcess, Collected>()
  // What workers that are gone had counted: without it the sums would fall, which Prometheus takes for a new beginning.
  let gone: Collected = []

  async function collect(): Promise<Collected[]> {
    await Promise.all(
      [...workers].map(async worker => {
        const metrics = (await worker.ask('/metrics'))?.metrics
        if (metrics) latest.set(worker, metrics)
      }),
    )
    const ended = [...latest].filter(([worker]) => !workers.has(worker))
    for (const [worker] of ended) latest.delete(worker)
    if (ended.length > 0) gone = await addUp([gone, ...ended.map(([, collected]) => onlyCounted(collected))])
    return [...latest.values(), gone]
  }

  return {
    metrics: async () => exposeText(await collect()),
    /** The first that is not well speaks for all. */
    async health(path) {
      const answers = await Promise.all([...workers].map(worker => worker.ask(path)))
      if (answers.every(answer => answer === undefined)) return NOBODY
      const all = answers.map(answer => answer?.health).filter(health => health !== undefined)
      return all.find(({ status }) => status !== 'ok') ?? all[0]
    },
  }
}
