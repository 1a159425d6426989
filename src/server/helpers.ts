import { setFlagsFromString } from 'node:v8'
import { letGiveWay } from '../lib/threads/priority.ts'

/**
 * V8's threads, which mark what is no garbage and compile what is hot, give way to the event loop: where cores are few,
 * each collection would stop requests for tens of milliseconds, though it is meant to run beside them. What is young is
 * collected by the event loop alone, which would otherwise wait for a thread that gives way.
 */
export function letHelpersGiveWay(): void {
  setFlagsFromString('--no-parallel-scavenge')
  letGiveWay('V8Worker')
}
