// The link in each mail by which the owner of an account stops who wants in without the second factor. It needs no sign-in,
// and a button: mail scanners open links too.
import type { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { showLinkPage } from '../links/show.ts'
import { originOf } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import { openedLink } from './opened-link.ts'

type Handler = (ctx: PageContext) => Promise<void>

export function showStop(services: SignInServices): Handler {
  return async ctx => {
    const opened = await openedLink(services, ctx, 'stop-recovery')
    if ('refused' in opened) return showOver(services, ctx, opened.refused)
    const { dueAt, startedAt, address, userAgent } = opened.recovery
    const locals = { action: ctx.path, email: opened.account.email, dueAt, startedAt, address, from: userAgent }
    showLinkPage(services, ctx, undefined, 'signin/lost/stop', locals)
  }
}

export function stop(services: SignInServices): Handler {
  return async ctx => {
    const opened = await openedLink(services, ctx, 'stop-recovery')
    if ('refused' in opened) return showOver(services, ctx, opened.refused)
    const { account, link } = opened
    const about = { ...originOf(ctx, undefined), accountId: account.id }
    await services.events.emit({ type: 'recovery.stopped', ...about, details: { by: 'owner' } })
    await services.recoveries.stop(account.id, link.created.at)
    showLinkPage(services, ctx, undefined, 'signin/lost/stopped', { email: account.email })
  }
}

/** The link of the last mail: from here they sign in, by what they still have. */
export function showFinish(services: SignInServices): Handler {
  return async ctx => {
    const opened = await openedLink(services, ctx, 'finish-recovery')
    if ('refused' in opened) return showOver(services, ctx, opened.refused)
    const { account, recovery } = opened
    showLinkPage(services, ctx, undefined, 'signin/lost/ready', { email: account.email, endsAt: recovery.endsAt })
  }
}

function showOver(services: SignInServices, ctx: PageContext, refused: Refused): void {
  const locals = { hint: refused.wordsIn(languageOf(ctx)), askUrl: '/account' }
  showLinkPage(services, ctx, undefined, 'signin/lost/over', locals, { status: refused.status })
}
