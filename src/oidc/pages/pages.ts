// The library's own pages, in our design: errors, sign-out and after sign-out.
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import type { Accounts } from '../../core/accounts/accounts.ts'
import { Refused } from '../../lib/errors.ts'
import { webUrl, type Views } from '../../lib/views.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { languageAtProvider } from './language.ts'
import { explain } from './explain.ts'
import { clientOnPage, policyWithLogo } from './client-on-page.ts'

export type Pages = ReturnType<typeof createPages>

export function createPages(views: Views, accounts: Accounts) {
  function renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void {
    // Our own answer, which the library took for a fault: it goes on to where all of those become pages.
    if (error instanceof Refused) throw error
    const language = languageAtProvider(ctx)
    const explained = explain(ctx, out, error, languageOf(ctx).t)
    ctx.type = 'html'
    ctx.body = views.render('oidc/error', {
      page: {
        title: explained.heading,
        ...language,
        ...clientOnPage(ctx.oidc.client),
        traceId: ctx.state.traceId,
      },
      ...explained,
      traceId: ctx.state.traceId,
    })
  }

  async function logoutSource(ctx: KoaContextWithOIDC): Promise<void> {
    const { oidc } = ctx
    const state = oidc.session!.state as { secret: string }
    const account = await accounts.get(oidc.session!.accountId!)
    const page = clientOnPage(oidc.client)
    ctx.set('Content-Security-Policy', policyWithLogo(page))
    ctx.body = views.render('oidc/logout', {
      page: { ...languageAtProvider(ctx), ...page },
      action: '/logout/confirm',
      xsrf: state.secret,
      ...(page.client ? { clientName: page.client.name } : {}),
      accountLabel: account?.email ?? '',
      homeUrl: webUrl(oidc.client?.clientUri) ?? '/',
    })
  }

  function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
    const client = ctx.oidc.client
    const page = clientOnPage(client)
    ctx.body = views.render('oidc/signed-out', {
      page: { ...languageAtProvider(ctx), ...page },
      ...(page.client ? { clientName: page.client.name } : {}),
      ...(page.client?.clientUri ? { clientUri: page.client.clientUri } : {}),
    })
  }

  return { renderError, logoutSource, postLogoutSuccessSource }
}
