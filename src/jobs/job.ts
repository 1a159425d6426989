/** Scheduled work that runs once across all processes. */
export interface Job {
  name: string
  /** What it does, for `latchkey jobs list`. */
  about: string
  /** How often, in seconds; the runs lie on multiples of it, so that all processes agree on them. */
  every: number
  /** @returns what was done, in a few words for the log */
  run(): Promise<string>
}
