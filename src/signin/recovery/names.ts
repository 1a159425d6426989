// Forgotten username: what an account signs in with, mailed to its own address. The answer is the same, and takes as long,
// whether or not there is one.
import { canSignIn } from '../../core/accounts/account.ts'
import { inMailOf } from '../../core/accounts/language.ts'
import { nobodysId } from '../../core/accounts/nobody.ts'
import { canonicalEmail } from '../../core/accounts/names.ts'
import { ACCOUNT_CONSOLE } from '../../oidc/consoles/console-clients.ts'
import { countSent, mailTo } from '../../methods/sent-codes.ts'
import { accountKey } from '../../methods/tries.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { originOf, type Page, type Submission } from '../attempt/page.ts'
import type { Refill } from '../attempt/refill.ts'
import { showPage } from '../attempt/show.ts'
import { spendWork } from '../steps/work.ts'

export function showNames(page: Page, { values = {}, errors = {}, status }: Refill = {}): Promise<void> {
  const { services, ctx, attempt } = page
  const at = `/signin/${attempt.id}`
  const locals = {
    action: `${at}/recover/names`,
    values: { email: '', ...values },
    errors,
    signinUrl: `${at}/identify`,
  }
  showPage(services, ctx, page, 'signin/recovery/names', locals, { status })
  return Promise.resolve()
}

/** @throws Refused `email.invalid`, `work.missing`; LimitReached `limit.names.…`, 429 */
export async function sendNames(submission: Submission): Promise<void> {
  const { services, ctx, client, attempt, form } = submission
  const { config, postbox } = services
  const email = canonicalEmail(form.text('email'))
  await spendWork(submission)
  const account = await services.accounts.byIdentifier(email)
  const asked = { account, identifier: email, deviceId: undefined, address: ctx.ip }
  await countSent(services, 'names', { key: accountKey(asked), address: ctx.ip, counts: mailTo(asked) })
  const reachable = account?.emailVerified === true && canSignIn(account, Date.now())
  await services.events.emit({
    type: 'recovery.asked',
    ...originOf(ctx, client),
    accountId: account?.id ?? nobodysId(),
    outcome: reachable ? 'success' : 'failure',
    details: { what: 'names' },
  })
  await postbox.post(reachable ? account.email : undefined, 'your-names', {
    ...inMailOf(account, languageOf(ctx)),
    brandName: config.name,
    email,
    ...(account?.username ? { username: account.username } : {}),
    signinUrl: config.issuer + ACCOUNT_CONSOLE.path,
  })
  showPage(services, ctx, submission, 'signin/recovery/names-sent', {
    email,
    signinUrl: `/signin/${attempt.id}/identify`,
  })
}
