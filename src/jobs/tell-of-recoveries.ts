import type { Accounts } from '../core/accounts/accounts.ts'
import type { Events } from '../core/events/events.ts'
import type { Recoveries, Recovery } from '../core/recoveries/recoveries.ts'
import { tellOfRecovery, type Telling } from '../core/recoveries/tell.ts'
import { ACCOUNT_CONSOLE } from '../oidc/consoles/console-clients.ts'
import type { Job } from './job.ts'

const BATCH = 100

export interface RecoveryParts extends Telling {
  accounts: Pick<Accounts, 'get'>
  events: Pick<Events, 'emit'>
  recoveries: Recoveries
}

/** Tells owners of recoveries that wait. One whose account was changed meanwhile ends. */
export function tellOfRecoveries(parts: RecoveryParts): Job {
  const { accounts, events, recoveries } = parts

  async function tell({ id, email }: Recovery): Promise<boolean> {
    const account = await accounts.get(id)
    if (account?.status !== 'active' || account.email !== email) {
      await events.emit({ type: 'recovery.stopped', accountId: id, details: { by: 'change' } })
      await recoveries.stop(id)
      return false
    }
    const recovery = await recoveries.takeNotice(id)
    if (recovery) await tellOfRecovery(parts, account, recovery, ACCOUNT_CONSOLE.clientId)
    return recovery !== undefined
  }

  return {
    name: 'tell-of-recoveries',
    about: 'tells owners of accounts that somebody wants to get in without the second factor',
    every: 300,
    async run() {
      let told = 0
      for (;;) {
        const { items } = await recoveries.toTell(Date.now(), BATCH)
        for (const one of items) if (await tell(one)) told++
        if (items.length < BATCH) return `${told} owners told`
      }
    },
  }
}
