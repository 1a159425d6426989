// Forgotten password: a mail with a code and a link, to the address of the account that was named. The answer is the same,
// and takes as long, whether or not there is one: the same is written, in as many places (attacks/timing).
import { canSignIn, type Account } from '../../core/accounts/account.ts'
import { inMailOf, languageOfAccount } from '../../core/accounts/language.ts'
import { nobodysId } from '../../core/accounts/nobody.ts'
import { withoutPerson } from '../../core/attempts.ts'
import { Refused } from '../../lib/errors.ts'
import { lasting } from '../../lib/languages/lasting.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import type { Try } from '../../methods/method.ts'
import { mailTo, makeCode } from '../../methods/sent-codes.ts'
import { nameKey } from '../../methods/tries.ts'
import { knownDevice } from '../browser/device-cookie.ts'
import { MAX_IDENTIFIER } from '../steps/identify.ts'
import { placeOf } from '../links/kept.ts'
import { originOf, type Page, type Submission } from '../attempt/page.ts'
import type { Refill } from '../attempt/refill.ts'
import type { SignInServices } from '../services.ts'
import { showPage } from '../attempt/show.ts'
import { tryOf } from '../attempt/try.ts'
import { spendWork } from '../steps/work.ts'
import { RESET } from './purpose.ts'

/** The form, whatever the attempt is at. */
export function showAsk(page: Page, { values = {}, errors = {}, status }: Refill = {}): Promise<void> {
  const { services, ctx, attempt } = page
  const { id, identifier, request } = attempt
  showPage(
    services,
    ctx,
    page,
    'signin/recovery/ask',
    {
      action: `/signin/${id}/recover`,
      values: { identifier: identifier ?? request.loginHint ?? '', ...values },
      errors,
      signinUrl: `/signin/${id}/identify`,
      namesUrl: `/signin/${id}/recover/names`,
    },
    { status },
  )
  return Promise.resolve()
}

export async function ask(submission: Submission): Promise<void> {
  const { services, ctx, client, form, go } = submission
  const identifier = form.text('identifier').trim()
  if (identifier === '' || identifier.length > MAX_IDENTIFIER)
    throw new Refused('identifier.missing', { field: 'identifier' })
  await spendWork(submission)
  const account = await services.accounts.byIdentifier(identifier)
  const device = await knownDevice(services, ctx, account?.id ?? 'nobody')
  const about = { ...submission.attempt, identifier }
  const attempted = tryOf({ ...submission, attempt: about, account }, {}, device?.id)
  const reachable = account?.emailVerified === true && canSignIn(account, Date.now())

  const code = await makeCode(services, RESET, attempted, { reachable, counts: mailTo(attempted) })
  await services.events.emit({
    type: 'recovery.asked',
    ...originOf(ctx, client),
    accountId: account?.id ?? nobodysId(),
    outcome: reachable ? 'success' : 'failure',
    details: { what: 'password' },
  })
  const token = await services.links.askReset(attempted.owner, {
    whose: nameKey({ account, identifier }),
    account,
    reachable,
    from: placeOf(ctx),
    clientId: client.clientId,
    lasts: services.config.passwordResetTtl,
  })
  logOf(ctx).info({ reason: reachable ? 'recovery.sent' : 'recovery.nobody' }, 'a mail to get back in was asked for')
  await post(services, reachable ? account : undefined, attempted, { code, token })
  await go(attempt => ({
    ...withoutPerson(attempt),
    identifier,
    ...(account ? { accountId: account.id } : {}),
    selected: true,
    recovering: true,
  }))
}

function post(
  { config, postbox }: SignInServices,
  account: Account | undefined,
  { owner, clientName, address, userAgent, language }: Try,
  { code, token }: { code: string; token: string },
): Promise<void> {
  const spoken = languageOfAccount(account, language)
  const locals = {
    ...inMailOf(account, language),
    brandName: config.name,
    clientName,
    code,
    link: `${config.issuer}/signin/${owner}/reset/${token}`,
    codeLasts: lasting(spoken, config.codeTtl),
    linkLasts: lasting(spoken, config.passwordResetTtl),
    askedFrom: userAgent,
    address,
  }
  return postbox.post(account?.email, 'reset-password', locals, { lasts: config.passwordResetTtl })
}
