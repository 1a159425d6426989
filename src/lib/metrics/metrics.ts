// Everything this process measures, in one list. Whoever has something to measure makes an instrument here, and keeps it.
import { Counter, Histogram, type Description, type Instrument, type Sample } from './instruments.ts'

export type Metrics = ReturnType<typeof createMetrics>

type Read = () => Sample[] | Promise<Sample[]>
type ReadDescription = Pick<Instrument, 'name' | 'help'> & Partial<Pick<Instrument, 'type' | 'aggregator'>>

export function createMetrics() {
  const instruments: Instrument[] = []
  const add = <One extends Instrument>(one: One): One => {
    instruments.push(one)
    return one
  }
  return {
    counter: (description: Description): Counter => add(new Counter(description)),
    histogram: (description: Description): Histogram => add(new Histogram(description)),
    /** Looked up when somebody asks, and not before. A gauge unless `type` says otherwise. */
    reading({ type = 'gauge', aggregator = 'sum', ...names }: ReadDescription, samples: Read): void {
      add({ ...names, type, aggregator, samples })
    },
    instruments: instruments as readonly Instrument[],
  }
}

/** The one sample of a reading without labels. */
export function sample(value: number): Sample[] {
  return [{ labels: {}, value }]
}
