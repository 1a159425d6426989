// How an account ends, and comes back: `latchkey users deactivate|restore|purge`.
import type { Command } from 'commander'
import type { Account } from '../../core/accounts/account.ts'
import { purgeAccount } from '../../oidc/accounts/purge.ts'
import { closeAccount, restoreAccount } from '../../oidc/sessions/account-status.ts'
import { CommandError, UsageError } from '../support/failure.ts'
import { accountNamed } from '../support/named.ts'
import { ORIGIN, withStore } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print, printable, time } from '../support/print.ts'
import { confirm, isInteractive } from '../support/prompt.ts'

interface DeactivateOptions extends JsonOption {
  reason?: string
}

interface PurgeOptions extends JsonOption {
  now?: boolean
  yes?: boolean
}

const LONGEST_REASON = 500

export function defineLifecycle(users: Command): void {
  withJson(users.command('deactivate <name>').alias('disable'))
    .description('end every session and token of an account, and refuse new ones, until it is restored')
    .option('--reason <text>', 'why; kept with the account and in the audit log')
    .action(deactivate)
  withJson(users.command('restore <name>').alias('enable'))
    .description('let an account that was deactivated or is to be deleted sign in again')
    .action(restore)
  withJson(users.command('purge <name>'))
    .description('delete an account, with all that is kept of it, when its time to come back is over')
    .option('--now', 'at once: nothing brings it back')
    .option('--yes', 'without asking')
    .action(purge)
}

function deactivate(name: string, { reason, json }: DeactivateOptions): Promise<void> {
  return withStore(async opened => {
    if (reason !== undefined && (reason.trim() === '' || reason.length > LONGEST_REASON))
      throw new CommandError(`--reason: expected 1 to ${LONGEST_REASON} characters`)
    const known = await accountNamed(opened.accounts, name)
    const ending = { by: 'admin', ...(reason ? { reason: printable(reason.trim()) } : {}) } as const
    const account = await closeAccount(opened, known, ending, ORIGIN)
    print(json, account, () =>
      known.status === account.status
        ? `${account.email} was ${account.status} already.`
        : `${account.email} is deactivated. Its sessions and tokens count no longer.`,
    )
  })
}

function restore(name: string, { json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const known = await accountNamed(opened.accounts, name)
    if (known.status === 'purged') throw new CommandError(`${known.email} is being removed, and cannot be restored.`)
    const account = await restoreAccount(opened, known, ORIGIN)
    print(json, account, () =>
      known.status === 'active' ? `${account.email} was active already.` : `${account.email} can sign in again.`,
    )
  })
}

function purge(name: string, options: PurgeOptions): Promise<void> {
  return withStore(async opened => {
    const known = await accountNamed(opened.accounts, name)
    const purgeAt = options.now ? Date.now() : Date.now() + opened.config.deletionGrace * 1000
    if (!(await isMeant(known, purgeAt, options))) throw new CommandError('Nothing was changed.')
    const account = await closeAccount(opened, known, { by: 'admin', purgeAt }, ORIGIN)
    if (options.now) await purgeAccount(opened, known.id, ORIGIN)
    const document = { id: known.id, ...(options.now ? { purged: true } : { purgeAt: account.purgeAt }) }
    print(options.json, document, () =>
      options.now
        ? `${known.email} is gone.`
        : `${known.email} cannot be used any more, and is removed on ${time(account.purgeAt!)} unless it is restored before.`,
    )
  })
}

function isMeant({ email }: Account, purgeAt: number, { now, yes }: PurgeOptions): boolean | Promise<boolean> {
  if (yes) return true
  if (!isInteractive()) throw new UsageError('There is no terminal to ask on: add --yes.')
  return confirm(now ? `Remove ${email} and all that is kept of it, for good?` : `Delete ${email} on ${time(purgeAt)}?`)
}
