// “This was not me”: the page of the link in a notice. It needs no sign-in, as whoever needs it may have none left. Opening
// it uses nothing up (mail scanners do that too): the person confirms by a button.
import type { Account } from '../../core/accounts/account.ts'
import { whyNot, type Notice } from '../../core/notices/notices.ts'
import { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { languageOf, notePerson } from '../../lib/web/browser/language.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import { keptToken } from '../links/kept.ts'
import { showLinkPage } from '../links/show.ts'
import { Stale } from '../attempt/open.ts'
import { originOf } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import { undoingOf } from './undo.ts'

type Handler = (ctx: PageContext) => Promise<void>

export function askNotMe(services: SignInServices): Handler {
  return async ctx => {
    const looked = await look(services, ctx)
    if ('refused' in looked) return showOver(services, ctx, looked.refused)
    const { notice, account } = looked
    const undone = await undoingOf(services, notice, account)
    const { at, userAgent, address, actor } = notice
    showLinkPage(services, ctx, undefined, 'signin/not-me/ask', {
      ...services.teller.words(notice, languageOf(ctx)),
      action: ctx.path,
      email: account.email,
      at,
      ...(actor ? { byAdmin: true } : {}),
      ...(userAgent ? { from: userAgent } : {}),
      ...(address ? { address } : {}),
      undone: undone.map(({ what }) => what),
    })
  }
}

export function takeNotMe(services: SignInServices): Handler {
  return async ctx => {
    const looked = await look(services, ctx)
    if ('refused' in looked) return showOver(services, ctx, looked.refused)
    const { account } = looked
    try {
      const notice = await services.notices.dispute(tokenOf(services, ctx))
      const undone = await undo(services, ctx, notice, account)
      showLinkPage(services, ctx, undefined, 'signin/not-me/done', {
        email: account.email,
        undone,
        recoverUrl: RECOVER,
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      showOver(services, ctx, error)
    }
  }
}

const RECOVER = '/recover'

/** Sessions first: whoever is in must not get ahead of the rest. What fails half-way can be done again by the same link. */
async function undo(services: SignInServices, ctx: PageContext, notice: Notice, account: Account): Promise<string[]> {
  const { id, accountId, kind } = notice
  const origin = originOf(ctx, undefined)
  try {
    const all = await undoingOf(services, notice, account)
    const undone = all.map(({ what }) => what)
    const details = { notice: kind, undone }
    await services.events.emit({ type: 'notice.disputed', ...origin, accountId, details })
    await services.endEverywhere(accountId, 'disputed', origin)
    for (const one of all) await one.run(origin)
    return undone
  } catch (error) {
    await services.notices.giveBack(id)
    throw error
  }
}

type Looked = { notice: Notice; account: Account } | { refused: Refused }

async function look(services: SignInServices, ctx: PageContext): Promise<Looked> {
  const notice = await services.notices.find(tokenOf(services, ctx))
  const account = await services.accounts.get(notice?.accountId ?? 'nobody')
  const refused = whyNot(account && notice)
  if (refused) return { refused }
  // Whoever has the link has read the account's mail.
  notePerson(ctx, { profile: account!.profile })
  return { notice: notice!, account: account! }
}

/** @throws Stale */
function tokenOf(services: SignInServices, ctx: PageContext): string {
  const token = keptToken(services, ctx)
  if (token === '') throw new Stale('no_cookie')
  return token
}

function showOver(services: SignInServices, ctx: PageContext, refused: Refused): void {
  const { code, status } = refused
  logOf(ctx).info({ reason: code }, 'link of a notice refused')
  const locals = { hint: refused.wordsIn(languageOf(ctx)), used: code === 'notice.used', recoverUrl: RECOVER }
  showLinkPage(services, ctx, undefined, 'signin/not-me/over', locals, { status })
}
