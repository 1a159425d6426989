import type { Scope } from '../../core/signin/request.ts'
import { Refused } from '../../lib/errors.ts'
import { refuseRequest } from '../attempt/finish.ts'
import { originOf, type Submission } from '../attempt/page.ts'
import { chosen } from './scopes.ts'

const NOTHING: Scope = { scopes: [], claims: [], resources: {} }

/** The person's decision about what the app gets. Refusing tells the app `access_denied` (RFC 6749, section 4.1.2.1). */
export async function decideConsent(submission: Submission): Promise<void> {
  const { services, ctx, attempt, account, client, form, step, go } = submission
  if (step.kind !== 'consent') return
  const origin = { ...originOf(ctx, client), accountId: account!.id }
  const decision = form.text('decision')
  if (decision === 'refuse') {
    await services.events.emit({ type: 'consent.refused', outcome: 'failure', ...origin, details: {} })
    await refuseRequest(submission, 'access_denied', 'the person refused')
    return
  }
  if (decision !== 'allow') throw new Refused('consent.undecided')

  const consent = chosen(step.missing, form.all('scope'))
  // Written first, so that no act is without its entry.
  await services.events.emit({ type: 'consent.given', ...origin, details: { scopes: consent.given.scopes } })
  // What is refused is not given silently the next time either; "remember" is about what is given.
  const remembered = form.text('remember') === '' ? NOTHING : consent.given
  await services.consents.remember(account!.id, client.clientId, remembered, consent.refused)
  await go(known => (known.accountId === attempt.accountId ? { ...known, consent } : undefined))
}

/** "Cancel and return to the app". */
export async function cancel(submission: Submission): Promise<void> {
  await refuseRequest(submission, 'access_denied', 'the person cancelled')
}
