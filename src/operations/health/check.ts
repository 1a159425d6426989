// Health by area: each area is a few named checks, asked at once, each within two seconds.
import { setTimeout as pause } from 'node:timers/promises'

export interface CheckResult {
  /** Whether people or apps are served by this. */
  ok: boolean
  [fact: string]: unknown
}

/** What it throws says that the check failed. */
export type Check = () => Promise<CheckResult> | CheckResult

export interface Health {
  status: 'ok' | 'unavailable'
  checks: Record<string, CheckResult>
}

/** Milliseconds. */
const DEADLINE = 2000

/** Asks all checks; the area is unavailable when one of them is not ok. */
export async function askChecks(checks: Readonly<Record<string, Check>>): Promise<Health> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await withinDeadline(check)] as const),
  )
  return {
    status: answers.every(([, { ok }]) => ok) ? 'ok' : 'unavailable',
    checks: Object.fromEntries(answers),
  }
}

async function withinDeadline(check: Check): Promise<CheckResult> {
  const waited = new AbortController()
  const late = pause(DEADLINE, { ok: false, problem: 'no answer within 2 s' }, { signal: waited.signal })
  late.catch(() => {})
  try {
    return await Promise.race([check(), late])
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) }
  } finally {
    waited.abort()
  }
}
