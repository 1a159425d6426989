import { acts } from './acts.ts'
import { hashing } from './hashing.ts'
import { bytes } from './bytes.ts'
import { growth } from './growth.ts'
import { latency } from './latency.ts'
import { methods } from './methods.ts'
import { resources } from './resources.ts'
import type { Section } from './section.ts'
import { soak } from './soak.ts'
import { stores } from './stores.ts'
import { throughput } from './throughput.ts'
import { workers } from './workers.ts'

/** In the order in which they are run and told. */
export const sections: readonly Section[] = [
  throughput,
  hashing,
  methods,
  resources,
  latency,
  acts,
  stores,
  workers,
  growth,
  bytes,
  soak,
]
