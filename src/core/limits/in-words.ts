import { formatDuration } from '../../lib/config/kinds.ts'
import type { Rule } from './rule.ts'

/** A rule as documentation and the command line show it. */
export function inWords({ max, window, lock, longestLock = 0 }: Rule): { max: string; within: string; closed: string } {
  const closed = lock ? formatDuration(lock) : 'the rest of that time'
  const grows = lock && longestLock > lock ? `, twice as long each time, at most ${formatDuration(longestLock)}` : ''
  return { max: max.toLocaleString('en-US'), within: formatDuration(window), closed: closed + grows }
}
