// What a scrape gets, in Prometheus' words. prom-client is loaded with the first of them: most of a process's life may pass
// without one.
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'
import type { Instrument } from './instruments.ts'

/** The metrics of one process, as its primary can add them to those of others. */
export type Collected = MetricObjectWithValues<MetricValue<string>>[]

export interface Exposition {
  contentType: string
  text(): Promise<string>
  collect(): Promise<Collected>
}

/** Those of the process itself (event loop, garbage collection, memory, CPU), then ours. */
export async function expose(instruments: readonly Instrument[]): Promise<Exposition> {
  const { Registry, collectDefaultMetrics } = (await import('prom-client')).default
  const registry: Registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const one of instruments) registry.registerMetric(inItsWords(one) as never)
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    collect: () => registry.getMetricsAsJSON(),
  }
}

/** One text of what several processes collected. */
export async function exposeAll(collected: readonly Collected[]): Promise<string> {
  const { AggregatorRegistry } = (await import('prom-client')).default
  return AggregatorRegistry.aggregate(collected as never).metrics()
}

/** The part of a metric of prom-client that its registry uses. */
function inItsWords(one: Instrument) {
  const { name, help, type, aggregator } = one
  return { name, get: async () => ({ name, help, type, aggregator, values: await one.samples() }) }
}
