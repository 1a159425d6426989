// What the console needs from the rest of the house; app.ts puts it together.
import type { Account } from '../core/accounts/account.ts'
import type { Verifications } from '../core/accounts/verifications.ts'
import type { Devices } from '../core/sessions/devices.ts'
import type { Events, Origin } from '../core/events/events.ts'
import type { HeldPolicy } from '../core/policy/held.ts'
import type { MethodFacts } from '../core/signin/method-facts.ts'
import type { Proof } from '../core/signin/proof.ts'
import type { Views } from '../lib/views.ts'
import type { PageContext } from '../lib/web/context.ts'
import type { MethodServices } from '../methods/method.ts'
import type { Console } from '../oidc/consoles/console.ts'
import type { Sessions } from '../oidc/sessions/sessions.ts'
import type { Ending } from '../oidc/sessions/account-status.ts'

export interface AccountServices extends MethodServices {
  verifications: Verifications
  console: Console
  events: Events
  devices: Devices
  policy: HeldPolicy
  views: Views
  /** Ends every session and token of an account whose password was changed. */
  endEverywhere: (accountId: string, origin: Origin) => Promise<unknown>
  /** Ends other sessions that were proven by what was removed. */
  endProvenBy: Sessions['endProvenBy']
  /** Lets this browser sign in anew by what was proven in it, once everything that was obtained before has ended. */
  signInAnew: (ctx: PageContext, account: Account, proofs: Proof[]) => Promise<void>
  /** Marks the sessions of an account whose former address was gone back to, which are dead already. */
  endSessions: (accountId: string, origin: Origin) => Promise<unknown>
  /** Ends an account by its owner's word, with everything that it holds. */
  closeAccount: (account: Account, ending: Ending, origin: Origin) => Promise<unknown>
  factsOf: (account: Account) => Promise<MethodFacts[]>
}
