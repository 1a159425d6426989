import { LimitReached } from '../../core/limits/limits.ts'
import type { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import type { Form } from '../../lib/web/form.ts'
import { languageOf } from '../../lib/web/browser/language.ts'

/** What a refused form is filled with again. */
export interface Refill {
  status?: number
  /** The code of the refusal. */
  refusal?: string
  values?: Record<string, string>
  errors?: Record<string, string>
  notice?: string
  /** Until when what was tried is closed. Epoch milliseconds. */
  lockedUntil?: number
}

const NEVER_SHOWN_AGAIN = new Set(['password', 'code'])

export function refillOf(ctx: PageContext, error: Refused, form: Form): Refill {
  return {
    status: error.status,
    refusal: error.code,
    values: shownAgain(form),
    errors: Object.fromEntries([error, ...error.also].map(one => [one.field ?? 'form', one.wordsIn(languageOf(ctx))])),
    ...(error instanceof LimitReached ? { lockedUntil: error.until } : {}),
  }
}

/** What was typed, but for passwords and codes. */
export function shownAgain(form: Form): Record<string, string> {
  return Object.fromEntries(Object.entries(form.fields).filter(([name]) => !NEVER_SHOWN_AGAIN.has(name)))
}
