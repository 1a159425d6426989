import type { Accounts } from '../accounts/accounts.ts'
import type { Events } from '../events/events.ts'
import type { Message } from './outbox.ts'

/** Writes it into the audit log of the account that an address refuses mail for, where there is one. */
export function noteBounces(accounts: Pick<Accounts, 'byIdentifier'>, events: Pick<Events, 'emit'>) {
  return async ({ to, name }: Message): Promise<void> => {
    const account = to === undefined ? undefined : await accounts.byIdentifier(to)
    if (account)
      await events.emit({ type: 'mail.bounced', outcome: 'failure', accountId: account.id, details: { mail: name } })
  }
}
