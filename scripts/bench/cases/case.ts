import type { Operation } from '../load/run.ts'
import type { Target } from '../servers/target.ts'

/** One thing that clients ask for, measured alike on both servers. Adding one is a file here and a line in list.ts. */
export interface Case {
  /** For `--only`, and for the JSON. */
  name: string
  title: string
  /** How many connections at most: what hashes keeps one core busy with few. */
  most?: number
  /** Makes one of so many connections ready: signs in, obtains tokens. `index` counts from 0. */
  prepare(target: Target, index: number, connections: number): Promise<Operation>
}
