// What every handler of the console's pages has in hand.
import type { PageContext } from '../lib/web/context.ts'
import type { Form } from '../lib/web/form.ts'
import type { SignedIn } from '../oidc/consoles/console-session.ts'
import type { AccountServices } from './services.ts'

export interface AccountPage {
  services: AccountServices
  ctx: PageContext
  signedIn: SignedIn
  /** What was typed here before the person was sent to sign in or to prove themselves; never a secret. */
  typed: Record<string, string>
}

export interface AccountSubmission extends AccountPage {
  form: Form
}
