// What is put around the parts of the program so that operators see them at work: times and counts where there is a port to
// read them from, spans where there is a collector. Where neither is configured, the parts are handed back as they are.
import type { Middleware } from 'koa'
import { traceHasher, type Hasher } from '../core/hashing/hasher.ts'
import { measureWork } from '../core/metrics/work.ts'
import type { Config } from '../lib/config/schema.ts'
import type { Log } from '../lib/log.ts'
import { createMetrics } from '../lib/metrics/metrics.ts'
import { measureRequests } from '../lib/metrics/requests.ts'
import { traceRequests } from '../lib/tracing/requests.ts'
import { traceFetch } from '../lib/tracing/fetch.ts'
import type { Tracing } from '../lib/tracing/tracing.ts'
import { countClientOutcomes } from '../oidc/web/client-outcomes.ts'
import { measureStore } from '../storage/layers/measured.ts'
import type { Store } from '../storage/port.ts'
import { traceStore } from '../storage/layers/traced.ts'
import { routeOf } from './route-of.ts'

export type Observation = Awaited<ReturnType<typeof createObservation>>

export async function createObservation(config: Config, log: Log) {
  const metrics = createMetrics()
  const work = measureWork(metrics)
  const isMeasured = config.managementPort !== undefined
  const tracing = await startTracing(config, log)

  return {
    metrics,
    work,
    store(store: Store): Store {
      const measured = isMeasured ? measureStore(store, metrics) : store
      return tracing ? traceStore(measured, tracing) : measured
    },
    hasher: (hasher: Hasher): Hasher => (tracing ? traceHasher(hasher, tracing) : hasher),
    fetch: (fetchIt: typeof fetch): typeof fetch => (tracing ? traceFetch(fetchIt, tracing) : fetchIt),
    /** They stand before all others. */
    requests: (): Middleware[] => [
      ...(tracing ? [traceRequests(tracing, routeOf)] : []),
      ...(isMeasured ? [measureRequests(metrics, { routeOf, answered: countClientOutcomes(metrics) })] : []),
    ],
    async close(): Promise<void> {
      await tracing?.close()
    },
  }
}

/** OpenTelemetry is loaded where it is asked for, and nowhere else. */
async function startTracing({ otlpEndpoint, tracePercent }: Config, log: Log): Promise<Tracing | undefined> {
  if (otlpEndpoint === undefined) return undefined
  const { startTracing: start } = await import('../lib/tracing/start.ts')
  return start({ otlpEndpoint, tracePercent }, log)
}
