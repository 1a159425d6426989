// What a scrape gets, in Prometheus' words. prom-client is loaded with the first of them: most of a process's life may pass
// without one.
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'
import type { Instrument, Sample } from './instruments.ts'

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

/** What several processes collected, as if one had. */
export async function addUp(collected: readonly Collected[]): Promise<Collected> {
  const { AggregatorRegistry } = (await import('prom-client')).default
  const sums = await AggregatorRegistry.aggregate(collected as never).getMetricsAsJSON()
  // They come with functions, which no process can tell another.
  return JSON.parse(JSON.stringify(sums)) as Collected
}

/** One text of what several processes collected. */
export async function exposeText(collected: readonly Collected[]): Promise<{ contentType: string; text: string }> {
  const { AggregatorRegistry } = (await import('prom-client')).default
  const registry = AggregatorRegistry.aggregate(collected as never)
  return { contentType: registry.contentType, text: await registry.metrics() }
}

/** Without what is measured at a moment and is no more: gauges. */
export function onlyCounted(collected: Collected): Collected {
  // prom-client says the type by a number in its types, and by a word in fact.
  return collected.filter(({ type }) => (type as unknown as string) !== 'gauge')
}

/** The part of a metric of prom-client that its registry uses. */
function inItsWords(one: Instrument) {
  const { name, help, type, aggregator } = one
  return { name, get: async () => ({ name, help, type, aggregator, values: await samplesOf(one) }) }
}

/** What the store is to tell is left out while it is away: that is when all the rest is looked at. */
async function samplesOf(one: Instrument): Promise<Sample[]> {
  try {
    return await one.samples()
  } catch {
    return []
  }
}
