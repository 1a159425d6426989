import type { Check } from './check.ts'
import { registration } from './registration.ts'
import { sessionLookup } from './session-lookup.ts'
import { tokenValidation } from './token-validation.ts'

/** One without `prepare` is promised, and not there yet. */
export const checks: readonly (Check | Omit<Check, 'prepare'>)[] = [
  tokenValidation,
  sessionLookup,
  { title: 'Permission check', most: 1, floor: 10 },
  registration,
  { title: 'Reset token', most: 10, floor: 100 },
  { title: 'Passkey verification', most: 30, floor: 300 },
]
