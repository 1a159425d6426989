// What a process and its children have used, from /proc; elsewhere than on Linux it is not known.
import { readFileSync } from 'node:fs'

export interface Usage {
  /** Seconds since it started; NaN where it is not known. */
  cpu: number
  /** Of its children that have ended. Seconds. */
  endedChildren: number
  /** Resident memory of the largest of the processes. Bytes; NaN where it is not known. */
  rss: number
}

/** The kernel's ticks, 100 a second on every Linux that Node runs on (USER_HZ). */
export const TICKS = 100
const PAGE = 4096

export function readUsage(pid: number): Usage {
  try {
    const all = [pid, ...childrenOf(pid)].map(usageOf)
    const total = (of: 'cpu' | 'endedChildren') => all.reduce((sum, one) => sum + one[of], 0)
    return { cpu: total('cpu'), endedChildren: total('endedChildren'), rss: Math.max(...all.map(({ rss }) => rss)) }
  } catch {
    return { cpu: Number.NaN, endedChildren: Number.NaN, rss: Number.NaN }
  }
}

function usageOf(pid: number): Usage {
  // The name, in brackets, may hold spaces: what is counted on comes after it.
  const [, after] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!
  const fields = after!.split(' ').map(Number)
  return {
    cpu: (fields[11]! + fields[12]!) / TICKS,
    endedChildren: (fields[13]! + fields[14]!) / TICKS,
    rss: fields[21]! * PAGE,
  }
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return children.flatMap(child => [child, ...childrenOf(child)])
}
