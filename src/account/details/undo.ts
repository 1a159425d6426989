// The way back to a former address, from the mail that was sent there. It needs no sign-in: whoever has taken the account
// over may have changed all that one signs in with. Opening it does nothing (mail scanners do that too): a button does.
import { isClosedSince, type Account } from '../../core/accounts/account.ts'
import { formerOf, type FormerAddress } from '../../core/accounts/former-addresses.ts'
import { credentialsOf, onlyCredentialId } from '../../core/credentials.ts'
import type { Origin } from '../../core/events/events.ts'
import { Refused } from '../../lib/errors.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import { disownCredential } from '../../methods/enrolment.ts'
import type { AccountServices } from '../services.ts'
import { showMessage, showSignedOut } from '../show.ts'

type Handler = (ctx: PageContext) => Promise<void>

export function showUndo(services: AccountServices): Handler {
  return unlessGone(services, async ctx => {
    const { account, former } = await find(services, ctx)
    const about = { action: ctx.path, email: former.email, newEmail: account.email, at: former.at }
    showSignedOut(services, ctx, 'account/undo', about)
  })
}

export function undo(services: AccountServices): Handler {
  return unlessGone(services, async ctx => {
    const { account, former, secret } = await find(services, ctx)
    const origin = { address: ctx.ip, userAgent: ctx.get('user-agent').slice(0, 300), traceId: ctx.state.traceId }
    const about = { ...origin, accountId: account.id }
    // Written first, so that no act is without its entry.
    await services.events.emit({ type: 'account.email_restored', ...about, details: { change: former.id } })
    if (isClosedSince(account, former.at, Date.now()))
      await services.events.emit({ type: 'account.restored', ...about, details: { by: 'person' } })
    if (!(await services.accounts.undoEmail(account.id, secret))) throw gone()
    await disownSince(services, account.id, former.at, origin)
    // They are dead by `validFrom` already; this marks them, and tells the apps.
    await services.endSessions(account.id, origin)
    showSignedOut(services, ctx, 'account/undone', { email: former.email, recoverUrl: RECOVER })
  })
}

const RECOVER = '/recover'

/** Whoever comes too late is told what else they can do. */
function unlessGone(services: AccountServices, handle: Handler): Handler {
  return async ctx => {
    try {
      await handle(ctx)
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'undo.gone') throw error
      logOf(ctx).info({ reason: error.code }, 'way back to a former address refused')
      const language = languageOf(ctx)
      const { t } = language
      const action = { url: RECOVER, label: t('notices:done.recover') }
      const message = { heading: t('recovery:over.title'), body: error.wordsIn(language), action }
      showMessage(services, ctx, message, error.status)
    }
  }
}

/**
 * Takes away what was set up since `at` (epoch milliseconds): its owner was told of none of it, as the mails went to the
 * other address. And the password, which whoever changed that had.
 */
async function disownSince(services: AccountServices, accountId: string, at: number, origin: Origin): Promise<void> {
  const password = onlyCredentialId('password', accountId)
  const all = await credentialsOf(services.credentials, accountId)
  const disowned = all.filter(({ id, updatedAt }) => id === password || updatedAt >= at)
  for (const { id } of disowned) await disownCredential(services, id, accountId, origin)
}

/** @throws Refused `undo.gone`, 410 */
async function find(
  { accounts }: AccountServices,
  ctx: PageContext,
): Promise<{ account: Account; former: FormerAddress; secret: string }> {
  const [, accountId = '', secret = ''] = /^([\w-]{1,64})\.([\w-]{20,100})$/.exec(ctx.params.token!) ?? []
  const account = await accounts.get(accountId || 'nobody')
  const former = account && account.status !== 'purged' && formerOf(account, secret, Date.now())
  if (!account || !former) throw gone()
  return { account, former, secret }
}

function gone(): Refused {
  return new Refused('undo.gone', { status: 410 })
}
