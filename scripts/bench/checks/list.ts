import type { Check } from './check.ts'
import { passkeyVerification } from './passkey-verification.ts'
import { permission } from './permission.ts'
import { registration } from './registration.ts'
import { resetToken } from './reset-token.ts'
import { sessionLookup } from './session-lookup.ts'
import { tokenValidation } from './token-validation.ts'

export const checks: readonly Check[] = [
  tokenValidation,
  sessionLookup,
  permission,
  registration,
  resetToken,
  passkeyVerification,
]
