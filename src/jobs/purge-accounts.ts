import type { Accounts } from '../core/accounts/accounts.ts'
import type { Job } from './job.ts'

const BATCH = 50

/** @param purge removes one account with all that is kept of it; false when it is not due after all */
export function purgeAccounts(accounts: Accounts, purge: (accountId: string) => Promise<boolean>): Job {
  return {
    name: 'purge-accounts',
    about: 'removes accounts whose time to come back is over',
    every: 300,
    async run() {
      let purged = 0
      for (;;) {
        const due = await accounts.due(Date.now(), BATCH)
        let gone = 0
        for (const { id } of due) if (await purge(id)) gone += 1
        purged += gone
        // What is not gone was restored meanwhile, and is due no longer.
        if (due.length < BATCH || gone === 0) return `${purged} accounts removed`
      }
    },
  }
}
