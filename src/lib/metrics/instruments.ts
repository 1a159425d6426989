// What is counted and timed on the hot path: plain numbers, found by a few Map look-ups. prom-client's own instruments sort,
// join and check the labels at each observation, which cost a service's token more than the rest of the measuring together;
// it only puts these into words when somebody asks.

export interface Sample {
  labels: Readonly<Record<string, string | number>>
  value: number
  /** Where it differs from the instrument's name: `…_bucket`, `…_sum`, `…_count`. */
  metricName?: string
}

export interface Instrument {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** How the values of several processes become one. */
  aggregator: 'sum' | 'max'
  samples(): Sample[] | Promise<Sample[]>
}

/** What stands in a label for all further values, once an instrument has as many series as it may. */
export const OTHER = 'other'

type Tree<Child> = Map<string, Tree<Child> | Child>

/** The series of one instrument by their labels' values; labels from outside cannot make more than `max` of them. */
class Series<Child> {
  readonly #labelNames: readonly string[]
  readonly #make: () => Child
  readonly #max: number
  readonly #tree: Tree<Child> = new Map()
  readonly all: { labels: Record<string, string>; child: Child }[] = []

  constructor(labelNames: readonly string[], max: number, make: () => Child) {
    this.#labelNames = labelNames
    this.#max = max
    this.#make = make
  }

  with(values: readonly string[]): Child {
    let at: Tree<Child> | Child | undefined = this.#tree
    for (const value of values) at = (at as Tree<Child> | undefined)?.get(value)
    return (at as Child | undefined) ?? this.#add(values)
  }

  #add(values: readonly string[]): Child {
    const full = this.all.length >= this.#max
    if (full && values.some(value => value !== OTHER)) return this.with(values.map(() => OTHER))
    const child = this.#make()
    this.all.push({ labels: Object.fromEntries(this.#labelNames.map((name, at) => [name, values[at]!])), child })
    let at = this.#tree
    for (const value of values.slice(0, -1)) {
      const next = (at.get(value) as Tree<Child> | undefined) ?? new Map()
      at.set(value, next)
      at = next
    }
    at.set(values.at(-1)!, child)
    return child
  }
}

export interface Description {
  name: string
  help: string
  labels: readonly [string, ...string[]]
  /** The most series there may be; further ones are counted together as `other`. */
  maxSeries?: number
}

const MAX_SERIES = 1000

export class Counter implements Instrument {
  readonly type = 'counter'
  readonly aggregator = 'sum'
  readonly name: string
  readonly help: string
  readonly #series: Series<{ value: number }>

  constructor({ name, help, labels, maxSeries = MAX_SERIES }: Description) {
    this.name = name
    this.help = help
    this.#series = new Series(labels, maxSeries, () => ({ value: 0 }))
  }

  /** The series of these labels' values, in the labels' order; kept by a hot caller, so that it is not looked up again. */
  with(...values: string[]): { value: number } {
    return this.#series.with(values)
  }

  samples(): Sample[] {
    return this.#series.all.map(({ labels, child }) => ({ labels, value: child.value }))
  }
}

/** Seconds, each bound included. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** One series of durations. */
export class Durations {
  sum = 0
  readonly counts = [...BOUNDS, Infinity].map(() => 0)

  observe(seconds: number): void {
    let at = 0
    while (at < BOUNDS.length && seconds > BOUNDS[at]!) at++
    this.counts[at]!++
    this.sum += seconds
  }

  samples(name: string, labels: Record<string, string>): Sample[] {
    let count = 0
    const buckets = this.counts.map((inBucket, at) => {
      count += inBucket
      return { metricName: `${name}_bucket`, labels: { ...labels, le: BOUNDS[at] ?? '+Inf' }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}

export class Histogram implements Instrument {
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  readonly name: string
  readonly help: string
  readonly #series: Series<Durations>

  constructor({ name, help, labels, maxSeries = MAX_SERIES }: Description) {
    this.name = name
    this.help = help
    this.#series = new Series(labels, maxSeries, () => new Durations())
  }

  with(...values: string[]): Durations {
    return this.#series.with(values)
  }

  samples(): Sample[] {
    return this.#series.all.flatMap(({ labels, child }) => child.samples(this.name, labels))
  }
}
