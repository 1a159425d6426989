import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** As `nice` counts: on a core that is fully asked for, a tenth, and the rest for whoever answers requests. */
const STEPS = 10
/** The least that there is. */
const LOWEST = 19

/** The calling thread gives way to the event loop. Linux alone has priorities for threads; elsewhere all compete as equals. */
export function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/')
    // The event loop's own priority is the process's.
    setPriority(Number(thread), Math.min(LOWEST, getPriority(process.pid) + STEPS))
  } catch {
    // No /proc, or not allowed to.
  }
}
