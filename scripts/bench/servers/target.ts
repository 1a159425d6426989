import type { ServerProcess } from './process.ts'

/** A running server as a case sees it: the same people, app and endpoints on each. */
export interface Target extends ServerProcess {
  name: 'latchkey' | 'map'
  clientSecret: string
  /** How many people there are. */
  people: number
}
