import type { Case } from './case.ts'
import { clientCredentials } from './client-credentials.ts'
import { clientCredentialsEs256 } from './client-credentials-es256.ts'
import { clientCredentialsRs256 } from './client-credentials-rs256.ts'
import { codeFlow } from './code-flow.ts'
import { discovery } from './discovery.ts'
import { introspection } from './introspection.ts'
import { keys } from './keys.ts'
import { magicLinkSignIn } from './magic-link-sign-in.ts'
import { mailedCodeSignIn } from './mailed-code-sign-in.ts'
import { passkeySignIn } from './passkey-sign-in.ts'
import { passwordSignIn } from './password-sign-in.ts'
import { refresh } from './refresh.ts'
import { returnByPassword } from './return-by-password.ts'
import { totpSignIn } from './totp-sign-in.ts'
import { userinfo } from './userinfo.ts'

/** In the order of the tables. */
export const cases: readonly Case[] = [
  clientCredentials,
  clientCredentialsEs256,
  clientCredentialsRs256,
  introspection,
  userinfo,
  refresh,
  discovery,
  keys,
  codeFlow,
  passwordSignIn,
  returnByPassword,
]

/** Ways to sign in that a plain provider does not have: they are measured on Latchkey alone. */
export const ways: readonly Case[] = [totpSignIn, passkeySignIn, mailedCodeSignIn, magicLinkSignIn]
