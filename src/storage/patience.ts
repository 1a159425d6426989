import { setTimeout as sleep } from 'node:timers/promises'

/** How long a call waits for a store that is busy or away, in milliseconds: a request is to be answered within 3 s. */
export const PATIENCE = 2500

/** A moment on the clock that nobody can move: waiting must not end, or last, because a wall clock was set. */
export function deadlineIn(milliseconds: number): number {
  return performance.now() + milliseconds
}

export function isPast(deadline: number): boolean {
  return performance.now() >= deadline
}

/** Milliseconds to wait before a further try: longer each time, and at random, so that rivals do not march in step. */
export function backoff(tries: number): number {
  return 1 + Math.random() * Math.min(25, 2 ** tries)
}

export function pause(tries: number): Promise<void> {
  return sleep(backoff(tries))
}
