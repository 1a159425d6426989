import { setTimeout as pause } from 'node:timers/promises'
import type { Attempt } from '../../core/attempts.ts'

/** Milliseconds; a timer has no finer ones. */
const MOST = 4

/**
 * Waits for a moment, as long as chance has it, while nobody has proven to be who was named. Reading an account takes some
 * hundredths of a millisecond longer than finding that there is none, which answers as quick as these would tell.
 */
export async function blur({ identifier, proofs }: Pick<Attempt, 'identifier' | 'proofs'>): Promise<void> {
  if (identifier !== undefined && proofs.length === 0) await pause(1 + Math.random() * MOST)
}
