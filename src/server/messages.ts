// What a primary and its workers tell each other.
import type { Config } from '../lib/config/schema.ts'

/**
 * What a worker is to be. It has the configuration from its primary: files may have changed since, and all workers must
 * be alike.
 */
export interface Assignment {
  config: Config
  /** From 1; who replaces a worker that died has its number. */
  worker: number
}

export type ToWorker = Assignment | { stop: { notice: number } }

/** Why the worker cannot start, in one line. */
export interface FromWorker {
  failed: string
}
