import { canonicalUsername } from '../../core/accounts/names.ts'
import { rules } from '../../core/limits/rules.ts'
import { Refused } from '../../lib/errors.ts'
import { networkOf } from '../../lib/network.ts'
import { goTo } from '../../lib/web/go-to.ts'
import type { AccountPage, AccountSubmission } from '../opened.ts'
import { originOf } from '../origin.ts'
import { refillOf, show, type Refill } from '../show.ts'
import { DETAILS, USERNAME } from './paths.ts'

export async function showUsername(page: AccountPage, { status, values, errors }: Refill = {}): Promise<void> {
  requireUsed(page)
  const all = { username: page.signedIn.account.username ?? '', ...page.typed, ...values }
  const optional = page.services.config.usernames === 'optional'
  const about = { action: USERNAME, cancelUrl: DETAILS, optional }
  show(page, 'account/username', { ...about, values: all, errors: errors ?? {} }, { status })
}

/** Of two who want one name at the same time, one gets it: the index of the store decides. */
export async function changeUsername(submission: AccountSubmission): Promise<void> {
  requireUsed(submission)
  const { services, ctx, signedIn, form } = submission
  const { id: accountId, username: present } = signedIn.account
  try {
    const username = form.text('username').trim() ? canonicalUsername(form.text('username')) : undefined
    if (!username && services.config.usernames === 'required')
      throw new Refused('username.missing', { field: 'username' })
    await services.limits.count(rules.username, networkOf(ctx.ip))
    if (username !== present) {
      if (username && (await services.accounts.byIdentifier(username)))
        throw new Refused('username.taken', { status: 409, field: 'username' })
      // Written first, so that no act is without its entry.
      await services.events.emit({ type: 'account.username_changed', ...originOf(submission), accountId, details: {} })
      await services.accounts.changeUsername(accountId, username)
    }
    goTo(ctx, `${DETAILS}?done=username`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await showUsername(submission, refillOf(ctx, error, form))
  }
}

function requireUsed({ services }: AccountPage): void {
  if (services.config.usernames === 'off') throw new Refused('username.off', { status: 404 })
}
