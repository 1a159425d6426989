// One limit, changed or switched off: `NAME=off` or `NAME=MAX/WINDOW[/LOCK[/LONGEST LOCK]]`.
import { parseDuration } from './kinds.ts'

/** Durations in seconds. */
export interface LimitSetting {
  name: string
  /** What takes the place of the limit's own numbers; undefined where it is switched off. */
  numbers?: { max: number; window: number; lock?: number; longestLock?: number }
}

const SETTING = /^([a-z][\w.-]*)=(?:off|(\d{1,9})\/(\w+)(?:\/(\w+))?(?:\/(\w+))?)$/

/** Undefined for text that is none. */
export function readLimitSetting(text: string): LimitSetting | undefined {
  const [, name, max, ...durations] = SETTING.exec(text) ?? []
  if (name === undefined) return undefined
  if (max === undefined) return { name }
  const given = durations.filter(one => one !== undefined).map(parseDuration)
  if (!given.every(seconds => seconds !== undefined && seconds > 0)) return undefined
  const [window, lock, longestLock] = given as number[]
  return {
    name,
    numbers: { max: Number(max), window: window!, ...(lock ? { lock } : {}), ...(longestLock ? { longestLock } : {}) },
  }
}
