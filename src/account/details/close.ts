// The end of an account by its own owner: a pause, or its deletion after a time in which it can be taken back.
import type { Account } from '../../core/accounts/account.ts'
import { canonicalIdentifier } from '../../core/accounts/names.ts'
import { Refused } from '../../lib/errors.ts'
import { ACCOUNT_CONSOLE } from '../../oidc/consoles/console-clients.ts'
import type { AccountPage, AccountSubmission } from '../opened.ts'
import { originOf } from '../origin.ts'
import { refillOf, show, showSignedOut, type Refill } from '../show.ts'
import { DETAILS } from './paths.ts'

export async function showClose(page: AccountPage, { status, values, errors }: Refill = {}): Promise<void> {
  const { services, ctx, signedIn } = page
  const { email } = signedIn.account
  const until = Date.now() + services.config.deletionGrace * 1000
  const all = { how: 'delete', confirmation: '', ...page.typed, ...values }
  const about = { action: ctx.path, cancelUrl: DETAILS, email, until }
  show(page, 'account/close', { ...about, values: all, errors: errors ?? {} }, { status })
}

export async function close(submission: AccountSubmission): Promise<void> {
  const { services, ctx, signedIn, form } = submission
  const { account } = signedIn
  try {
    requireConfirmed(form.text('confirmation'), account)
    const isDeletion = form.text('how') === 'delete'
    const purgeAt = isDeletion ? Date.now() + services.config.deletionGrace * 1000 : undefined
    await services.closeAccount(account, { by: 'person', ...(purgeAt ? { purgeAt } : {}) }, originOf(submission))
    showSignedOut(services, ctx, 'account/closed', {
      ...(purgeAt ? { until: purgeAt } : {}),
      url: ACCOUNT_CONSOLE.path,
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await showClose(submission, refillOf(ctx, error, form))
  }
}

/** By hand: a press of a button alone is too easily done. */
function requireConfirmed(typed: string, { email }: Account): void {
  const name = canonicalIdentifier(typed)
  if (name && 'email' in name && name.email === email) return
  throw new Refused('close.unconfirmed', {
    field: 'confirmation',
    values: { email },
  })
}
