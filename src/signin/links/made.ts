// The pages of a link that an administrator made: `/magic`. It begins a sign-in, and only the app can do that: it holds what
// protects the answer (state, PKCE). So using the link leaves a pass in this browser, and leads to the app, which begins.
import type { Client } from 'oidc-provider'
import type { Account } from '../../core/accounts/account.ts'
import { Refused } from '../../lib/errors.ts'
import { webUrl } from '../../lib/views.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { magicLink } from '../../methods/magic-link/magic-link.ts'
import { proofBy } from '../../methods/method.ts'
import { currentSession } from '../attempt/finish.ts'
import { originOf } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import { keptToken, placeOf } from './kept.ts'
import { look, noApp } from './look.ts'
import { givePass } from './pass.ts'
import { showLinkPage, showOver } from './show.ts'

type Handler = (ctx: PageContext) => Promise<void>

export function showMade(services: SignInServices): Handler {
  return async ctx => {
    const { account, client, refused } = await look(services, ctx, 'sign-in')
    if (refused) return showOver(services, ctx, client, refused, { asked: false })
    showLinkPage(services, ctx, client, 'magic/made', {
      action: ctx.path,
      email: account!.email,
      otherEmail: (await otherPerson(services, ctx, account!))?.email,
    })
  }
}

export function useMade(services: SignInServices): Handler {
  return async ctx => {
    const { account, client, wanted, refused: missing } = await look(services, ctx, 'sign-in')
    try {
      if (missing || !client) throw missing ?? noApp()
      await services.links.use(keptToken(services, ctx), wanted, placeOf(ctx))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return showOver(services, ctx, client, error, { asked: false })
    }
    const origin = originOf(ctx, client)
    await services.events.emit({
      type: 'link.used',
      ...origin,
      accountId: account!.id,
      details: { purpose: 'sign-in' },
    })
    // The app would otherwise be let in as whoever is signed in here.
    const session = await currentSession(services, ctx)
    if (session?.accountId && session.accountId !== account!.id) await services.endSession(session.uid, origin)
    await givePass(services, ctx, {
      accountId: account!.id,
      clientId: client.clientId,
      proofs: [proofBy(magicLink)],
    })
    leadToApp(services, ctx, client)
  }
}

/** By the app's own address for it (OpenID Connect Core 1.0, section 4), or by the person's own press of its button. */
function leadToApp(services: SignInServices, ctx: PageContext, client: Client): void {
  if (client.initiateLoginUri) {
    const url = new URL(client.initiateLoginUri)
    url.searchParams.set('iss', services.config.issuer)
    ctx.redirect(url.href)
    ctx.status = 303
    return
  }
  showLinkPage(services, ctx, client, 'magic/ready', { clientUrl: webUrl(client.clientUri) })
}

async function otherPerson(services: SignInServices, ctx: PageContext, { id }: Account): Promise<Account | undefined> {
  const session = await currentSession(services, ctx)
  return session?.accountId && session.accountId !== id ? services.accounts.get(session.accountId) : undefined
}
