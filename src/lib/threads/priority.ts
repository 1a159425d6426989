import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** As `nice` counts: on a core that is fully asked for, a tenth, and the rest for whoever answers requests. */
const STEPS = 10
/** The least that there is. */
const LOWEST = 19

/** The calling thread gives way to the event loop. */
export function giveWay(): void {
  whereThreadsHavePriorities(() => {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/')
    setPriority(Number(thread), lower())
  })
}

/** So do all threads of this process with that name. */
export function letGiveWay(name: string): void {
  whereThreadsHavePriorities(() => {
    const nameOf = (thread: string) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim()
    for (const thread of readdirSync('/proc/self/task')) {
      if (nameOf(thread) === name) setPriority(Number(thread), lower())
    }
  })
}

/** Of the event loop's own, which is the process's. */
function lower(): number {
  return Math.min(LOWEST, getPriority(process.pid) + STEPS)
}

/** Linux alone has priorities for threads; elsewhere, or in a sandbox, all compete as equals. */
function whereThreadsHavePriorities(work: () => void): void {
  if (process.platform !== 'linux') return
  try {
    work()
  } catch {
    // No /proc, or not allowed to.
  }
}
