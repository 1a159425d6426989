import { Refused } from '../lib/errors.ts'
import type { PageContext } from '../lib/web/context.ts'
import { languageOf } from '../lib/web/browser/language.ts'
import { logOf } from '../lib/web/edge/trace.ts'
import { ACCOUNT_CONSOLE } from '../oidc/consoles/console-clients.ts'
import type { AccountServices } from './services.ts'
import { showMessage } from './show.ts'

/** Where the provider sends the browser back to, with a code or with an error. */
export function callback(services: AccountServices) {
  return async (ctx: PageContext): Promise<void> => {
    try {
      ctx.redirect(await services.console.finish(ctx))
      ctx.status = 303
    } catch (error) {
      if (!(error instanceof Refused) || !error.code.startsWith('console.')) throw error
      logOf(ctx).info({ err: error, reason: error.code }, 'sign-in to the account console refused')
      await explain(services, ctx, error)
    }
  }
}

async function explain(services: AccountServices, ctx: PageContext, refused: Refused): Promise<void> {
  const signedIn = await services.console.current(ctx)
  // Back, or a reload: what this answer was for is done.
  if (signedIn && refused.code === 'console.unknown_state') {
    ctx.redirect(ACCOUNT_CONSOLE.path)
    ctx.status = 303
    return
  }
  const language = languageOf(ctx)
  const { t } = language
  const heading = t(signedIn ? 'account:nothingChanged' : 'account:signedOut')
  const action = { url: ACCOUNT_CONSOLE.path, label: t(signedIn ? 'account:back' : 'common:signIn') }
  showMessage(services, ctx, { heading, body: refused.wordsIn(language), action }, refused.status)
}
