import type { Accounts } from '../accounts/accounts.ts'
import type { Events } from '../events/events.ts'
import type { Channel, Message } from './outbox.ts'

/** Writes it into the audit log of the account whose address or number takes nothing for good, where there is one. */
export function noteBounces(accounts: Pick<Accounts, 'byIdentifier'>, events: Pick<Events, 'emit'>) {
  return async (channel: Channel, { to, name, accountId }: Message): Promise<void> => {
    if (channel === 'sms') {
      if (accountId)
        await events.emit({ type: 'sms.bounced', outcome: 'failure', accountId, details: { method: name } })
      return
    }
    const account = to === undefined ? undefined : await accounts.byIdentifier(to)
    if (account)
      await events.emit({ type: 'mail.bounced', outcome: 'failure', accountId: account.id, details: { mail: name } })
  }
}
