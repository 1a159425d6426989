import { ok, problem, warning, type Finding } from './finding.ts'

/** Two clocks read at the same moment, as far as `precision`. All in milliseconds. */
export interface Clock {
  of: string
  theirs: number
  ours: number
  precision: number
}

/** What apps commonly tolerate is some seconds; a code lives for a minute. Milliseconds. */
const NOTICEABLE = 5000
const HARMFUL = 30_000

/** Compares this machine's clock with others'; the one that differs most decides. */
export function checkClock(clocks: readonly Clock[]): Finding {
  if (clocks.length === 0) {
    return warning(
      'clock',
      'was not compared: neither the issuer nor a store server told the time',
      'Start the server.',
    )
  }
  const [worst] = clocks.toSorted((one, other) => offBy(other) - offBy(one))
  const off = offBy(worst!)
  if (off < NOTICEABLE) return ok('clock', `agrees with ${clocks.map(({ of }) => of).join(' and ')}`)
  const side = worst!.ours > worst!.theirs ? 'ahead of' : 'behind'
  const message = `is ${Math.round(off / 1000)} s ${side} ${worst!.of}`
  const todo =
    'Set both clocks by NTP: tokens and codes are refused when they seem to come from the future or the past.'
  return (off < HARMFUL ? warning : problem)('clock', message, todo)
}

function offBy({ theirs, ours, precision }: Clock): number {
  return Math.max(0, Math.abs(theirs - ours) - precision)
}
