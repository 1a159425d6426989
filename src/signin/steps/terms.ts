// The terms, for who has not accepted their present version.
import { Refused } from '../../lib/errors.ts'
import { refuseRequest } from '../attempt/finish.ts'
import { originOf, type Submission } from '../attempt/page.ts'

/** Accepting is kept with its time. Refusing tells the app `access_denied` (RFC 6749, section 4.1.2.1). */
export async function decideTerms(submission: Submission): Promise<void> {
  const { services, ctx, client, account, form, step, go } = submission
  if (step.kind !== 'accept-terms') return
  const { version } = step
  const decision = form.text('decision')
  if (decision === 'refuse') {
    await refuseRequest(submission, 'access_denied', 'the person did not accept the terms')
    return
  }
  // The page may have shown a version from before.
  if (decision !== 'accept' || form.text('version') !== version) throw new Refused('terms.undecided')
  const accountId = account!.id
  // Written first, so that no act is without its entry.
  await services.events.emit({ type: 'terms.accepted', ...originOf(ctx, client), accountId, details: { version } })
  await services.accounts.acceptTerms(accountId, version)
  await go(attempt => attempt)
}
