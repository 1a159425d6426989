import type { Account } from '../../core/accounts/account.ts'
import type { KeptPurpose, Link } from '../../core/links/links.ts'
import type { Recovery } from '../../core/recoveries/recoveries.ts'
import { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { keptToken } from '../links/kept.ts'
import { Stale } from '../attempt/open.ts'
import type { SignInServices } from '../services.ts'

/** Of a link about a recovery: it waits here while the person signs in, whatever other links they open for that. */
export const RECOVERY_COOKIE = 'latchkey_recovery'

interface Opened {
  link: Link
  account: Account
  recovery: Recovery
}

/**
 * The link that this browser has opened, with the recovery that it was mailed for. It counts as long as that is under way:
 * also when the password was reset meanwhile, which ends other links.
 * @throws Stale without the cookie
 */
export async function openedLink(
  services: SignInServices,
  ctx: PageContext,
  purpose: KeptPurpose,
): Promise<Opened | { refused: Refused }> {
  const token = keptToken(services, ctx, RECOVERY_COOKIE)
  if (token === '') throw new Stale('no_cookie')
  const link = await services.links.find(token)
  const account = await services.accounts.get(link?.accountId ?? 'nobody')
  if (link?.purpose !== purpose || !account) return { refused: new Refused('link.unknown', { status: 404 }) }
  const recovery = await services.recoveries.underWay(account)
  if (!recovery || recovery.startedAt > link.created.at)
    return { refused: new Refused('recovery.over', { status: 410 }) }
  return { link, account, recovery }
}
