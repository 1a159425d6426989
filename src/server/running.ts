import type { App } from '../app.ts'

/** A Latchkey that listens, in this process or in its workers. */
export interface Running {
  port: number
  managementPort?: number
  /** The program itself; absent where each worker has its own. */
  app?: App
  /**
   * Stops taking requests, lets those under way end, closes everything. Before that, for `notice` milliseconds, /readyz
   * answers 503 while requests are still taken, so that a load balancer can turn elsewhere.
   */
  stop(notice?: number): Promise<void>
}
