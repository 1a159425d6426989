// What ends an account, and brings it back. One update ends all of it at once; its sessions are then marked, and apps told.
import { isClosedAs, type Account } from '../../core/accounts/account.ts'
import type { Accounts } from '../../core/accounts/accounts.ts'
import type { Events, Origin } from '../../core/events/events.ts'
import type { Sessions } from './sessions.ts'

interface Parts {
  accounts: Accounts
  events: Events
  sessions: Sessions
}

export interface Ending {
  by: 'person' | 'admin'
  reason?: string
  /** When it is purged; without it, it stays until somebody restores it. Epoch milliseconds. */
  purgeAt?: number
}

/** Deactivates an account, or schedules it for deletion, with everything that it holds. @returns the account as it is then */
export async function closeAccount(
  { accounts, events, sessions }: Parts,
  known: Account,
  { by, reason, purgeAt }: Ending,
  origin: Origin,
): Promise<Account> {
  const status = purgeAt === undefined ? 'deactivated' : 'scheduled'
  const closing = { by, at: Date.now(), ...(reason ? { reason } : {}) }
  const why = { closing, ...(purgeAt === undefined ? {} : { purgeAt }) }
  const about = { ...origin, accountId: known.id }
  // Written first, so that no act is without its entry.
  if (!isClosedAs(known, status, why)) {
    if (purgeAt === undefined)
      await events.emit({ type: 'account.deactivated', ...about, details: { by, ...(reason ? { reason } : {}) } })
    else await events.emit({ type: 'account.deletion_scheduled', ...about, details: { by, at: purgeAt } })
  }
  const account = (await accounts.setStatus(known.id, status, why)) ?? known
  // They are dead by the account's status already; this tells the apps, again where that was broken off.
  await sessions.endAll(known.id, by === 'person' ? 'account_closed' : 'account_disabled', origin)
  return account
}

/** Lets an account sign in again, whoever has closed it. @returns the account as it is then */
export async function restoreAccount(
  { accounts, events }: Omit<Parts, 'sessions'>,
  known: Account,
  origin: Origin,
): Promise<Account> {
  if (known.status !== 'active')
    await events.emit({ type: 'account.restored', ...origin, accountId: known.id, details: { by: 'admin' } })
  return (await accounts.setStatus(known.id, 'active')) ?? known
}
