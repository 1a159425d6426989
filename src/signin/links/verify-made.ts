// The page of a link that an administrator or an app made to prove an address: `/magic/verify`. It signs nobody in.
import { Refused } from '../../lib/errors.ts'
import { webUrl } from '../../lib/views.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { originOf } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import { keptToken, placeOf } from './kept.ts'
import { look } from './look.ts'
import { showLinkPage, showOver } from './show.ts'

type Handler = (ctx: PageContext) => Promise<void>

export function showVerify(services: SignInServices): Handler {
  return async ctx => {
    const { account, client, refused } = await look(services, ctx, 'verify')
    if (refused) return showOver(services, ctx, client, refused, { asked: false })
    showLinkPage(services, ctx, client, 'magic/verify', { action: ctx.path, email: account!.email })
  }
}

export function useVerify(services: SignInServices): Handler {
  return async ctx => {
    const { account, client, wanted, refused } = await look(services, ctx, 'verify')
    try {
      if (refused) throw refused
      await services.links.use(keptToken(services, ctx), wanted, placeOf(ctx))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return showOver(services, ctx, client, error, { asked: false })
    }
    const { id: accountId, email } = account!
    const origin = { ...originOf(ctx, client), accountId }
    await services.events.emit({ type: 'link.used', ...origin, details: { purpose: 'verify' } })
    await services.events.emit({ type: 'account.verified', ...origin, details: {} })
    await services.accounts.verifyEmail(accountId, email)
    showLinkPage(services, ctx, client, 'magic/verified', { email, clientUrl: webUrl(client?.clientUri) })
  }
}
