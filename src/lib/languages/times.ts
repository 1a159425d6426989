// Dates and times, as a language writes them.
import type { Tag } from './catalogs.ts'

const DAY = { dateStyle: 'long' } as const
const MOMENT = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const

/** What `Intl` calls a language of ours. */
export function intlTag(tag: Tag): string {
  // A day before its month: read the right way also by who is not American.
  return tag === 'en' ? 'en-GB' : tag
}

/** `24 November 2026`. @param at epoch milliseconds @param zone of the time zone database; UTC unless given, or if unknown */
export function dayIn(tag: Tag, at: number, zone?: string): string {
  return new Intl.DateTimeFormat(intlTag(tag), { ...DAY, timeZone: knownZone(zone) }).format(at)
}

/** `24 November 2026 at 13:05 UTC`. Parameters as of `dayIn`. */
export function momentIn(tag: Tag, at: number, zone?: string): string {
  return new Intl.DateTimeFormat(intlTag(tag), { ...MOMENT, timeZone: knownZone(zone) }).format(at)
}

/** An account's `zoneinfo` is what somebody once said, so it may be anything. */
function knownZone(zone = 'UTC'): string {
  if (zone === 'UTC') return zone
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}
