// “I have none of these”: the second factor is lost. Whoever has proven the first can ask to get in without it, and has to
// wait while the account's owner is told; by the link of the last mail they then remove what they have lost.
import { credentialsOf } from '../../core/credentials.ts'
import { countsOfMail } from '../../core/limits/mails.ts'
import { rules } from '../../core/limits/rules.ts'
import { countAll } from '../../core/limits/together.ts'
import { tellOfRecovery } from '../../core/recoveries/tell.ts'
import { Refused } from '../../lib/errors.ts'
import { networkOf } from '../../lib/network.ts'
import { goTo } from '../../lib/web/go-to.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { factsFrom } from '../../methods/facts.ts'
import { placeOf } from '../links/kept.ts'
import { originOf, type Page, type Submission } from '../attempt/page.ts'
import type { Refill } from '../attempt/refill.ts'
import { showPage } from '../attempt/show.ts'
import { answerStep } from '../attempt/submission.ts'
import { mayRecover } from './may-recover.ts'
import { holdsFinishLink } from './finish-link.ts'

export async function showLost(page: Page, refill: Refill = {}): Promise<void> {
  if (!(await mayRecover(page))) return answerStep(page, refill)
  const { errors = {}, status } = refill
  const { services, ctx, attempt, account } = page
  const at = `/signin/${attempt.id}`
  const recovery = await services.recoveries.underWay(account!)
  const opened = recovery !== undefined && recovery.dueAt <= Date.now() && (await holdsFinishLink(page))
  const locals = { accountLabel: account!.email, errors, backUrl: at }
  if (opened) {
    const names = await namesOfSecond(page)
    return showPage(
      services,
      ctx,
      page,
      'signin/lost/remove',
      { ...locals, action: `${at}/lost/remove`, names },
      { status },
    )
  }
  const waiting = recovery && { dueAt: recovery.dueAt, endsAt: recovery.endsAt, due: recovery.dueAt <= Date.now() }
  const asked = { ...locals, action: `${at}/lost`, hours: Math.ceil(services.config.recoveryDelay / 3600) }
  showPage(services, ctx, page, 'signin/lost/lost', { ...asked, ...(waiting ? { waiting } : {}) }, { status })
}

/** Begins the wait, and tells the owner at once. */
export async function beginLost(submission: Submission): Promise<void> {
  const { services, ctx, attempt, account, client } = submission
  if (!(await mayRecover(submission))) throw new Refused('recovery.not_offered', { status: 403 })
  if (!(await services.recoveries.underWay(account!))) {
    await countAll(services.limits, [
      { rule: rules.recoveryNetwork, key: networkOf(ctx.ip) },
      { rule: rules.recoveryAccount, key: account!.id },
      ...countsOfMail(account!.email, ctx.ip),
    ])
  }
  const { recovery, begun } = await services.recoveries.begin(account!, placeOf(ctx))
  if (begun) {
    const { dueAt: until } = recovery
    const about = { ...originOf(ctx, client), accountId: account!.id }
    await services.events.emit({ type: 'recovery.begun', ...about, details: { until } })
    await tellOfRecovery(services, account!, recovery, client.clientId)
  }
  goTo(ctx, `/signin/${attempt.id}/lost`)
}

/** What the account has set up as a second factor, in words. */
async function namesOfSecond({ services, ctx, account }: Page): Promise<string[]> {
  const all = await credentialsOf(services.credentials, account!.id)
  const { t } = languageOf(ctx)
  const second = factsFrom(services.methods, account!, all).filter(facts => facts.second)
  const methods = services.methods.filter(method => second.some(({ id }) => id === method.id))
  return methods.flatMap(method =>
    method
      .describe(
        all.filter(one => one.method === method.id),
        t,
      )
      .map(({ name }) => name),
  )
}
