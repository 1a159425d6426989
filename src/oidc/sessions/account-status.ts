import type { Account } from '../../core/accounts/account.ts'
import type { Accounts } from '../../core/accounts/accounts.ts'
import type { Events, Origin } from '../../core/events/events.ts'
import type { Sessions } from './sessions.ts'

interface Parts {
  accounts: Accounts
  events: Events
  sessions: Sessions
}

/** Disables an account, with everything that it holds, or lets it sign in again. @returns the account as it is then */
export async function setAccountStatus(
  { accounts, events, sessions }: Parts,
  known: Account,
  status: Account['status'],
  origin: Origin,
): Promise<Account> {
  const type = status === 'disabled' ? 'account.disabled' : 'account.enabled'
  // Written first, so that no act is without its entry.
  if (known.status !== status) await events.emit({ type, ...origin, accountId: known.id, details: {} })
  const account = (await accounts.setStatus(known.id, status)) ?? known
  // They are dead by the account's status already; this tells the apps, again where that was broken off.
  if (status === 'disabled') await sessions.endAll(known.id, 'account_disabled', origin)
  return account
}
