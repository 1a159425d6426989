// When the owner of an account is told of a recovery that waits: each day, shortly before its end, and at its end. That it
// began is told by whoever begins it.
/** Far off: there is nothing to say any more. */
export const NEVER = Number.MAX_SAFE_INTEGER
const DAY = 24 * 60 * 60 * 1000
/** Before the end: time enough to see it, also where the delay is short. */
const BEFORE = 3 * 60 * 60 * 1000

/** The first notice after `now`; far off when there is none left. Epoch milliseconds. */
export function nextNotice({ startedAt, dueAt }: { startedAt: number; dueAt: number }, now: number): number {
  const last = dueAt - Math.min(BEFORE, (dueAt - startedAt) / 4)
  const days = Array.from({ length: Math.ceil((last - startedAt) / DAY) }, (_, day) => startedAt + (day + 1) * DAY)
  const all = [...days.filter(at => at < last), last, dueAt]
  return all.find(at => at > now) ?? NEVER
}
