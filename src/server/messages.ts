// What a primary and its workers tell each other.
import type { Config } from '../lib/config/schema.ts'
import type { Collected } from '../lib/metrics/exposition.ts'
import type { Health } from '../operations/health/check.ts'

/**
 * What a worker is to be. It has the configuration from its primary: files may have changed since, and all workers must
 * be alike.
 */
export interface Assignment {
  config: Config
  /** From 1; who replaces a worker that died has its number. */
  worker: number
}

/** What the management port, which is the primary's, wants to know of each worker. */
export interface Question {
  id: number
  /** `/metrics`, or an address of a health. */
  path: string
}

export interface Answer {
  id: number
  metrics?: Collected
  health?: Health
}

export type ToWorker = Assignment | { stop: { notice: number } } | { ask: Question }

/** The port that it listens on, or why it cannot, in one line; then answers. */
export type FromWorker = { listening: number } | { failed: string } | { answer: Answer }
