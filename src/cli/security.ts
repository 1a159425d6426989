import type { Command } from 'commander'
import type { AuditEntry } from '../core/events/events.ts'
import { methods } from '../methods/list.ts'
import { passwordLockOf, unlockPassword } from '../methods/password/limits.ts'
import { forgetTries } from '../methods/tries.ts'
import { accountNamed } from './support/named.ts'
import { ORIGIN, withStore } from './support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from './support/options.ts'
import { more, print, table, time } from './support/print.ts'

export function define(security: Command): void {
  withJson(security.command('unlock <name>'))
    .description('forget the wrong passwords and codes of an account that is locked by them')
    .action(unlock)
  withPage(security.command('audit'))
    .description('show what happened, the newest first')
    .option('--account <name>', 'only of the account with this address, username or id')
    .action(audit)
}

function unlock(name: string, { json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const account = await accountNamed(opened.accounts, name)
    const until = await passwordLockOf(opened, account.id)
    const details = until ? { until } : {}
    await opened.events.emit({ type: 'account.unlocked', ...ORIGIN, accountId: account.id, details })
    await unlockPassword(opened, account.id)
    for (const { id } of methods) await forgetTries(opened, id, account.id)
    print(json, account, () => `${account.email} can try again.`)
  })
}

function audit(options: ListOptions & { account?: string }): Promise<void> {
  return withStore(async ({ accounts, events }) => {
    const request = { ...pageOf(options), order: 'desc' } as const
    const account = options.account === undefined ? undefined : await accountNamed(accounts, options.account)
    const page = account ? await events.ofAccount(account.id, request) : await events.list(request)
    print(options.json, page, () => {
      if (page.items.length === 0) return 'Nothing was recorded.'
      const headings = ['time', 'event', 'outcome', 'account', 'client', 'by', 'details']
      const command = account ? `security audit --account ${account.id}` : 'security audit'
      return table(headings, page.items.map(rowOf)) + more(command, page.cursor)
    })
  })
}

function rowOf({ at, type, outcome, actor, accountId, clientId, address, details }: AuditEntry): string[] {
  const inWords = Object.entries(details).map(([key, value]) => `${key}=${String(value)}`)
  return [time(at), type, outcome, accountId ?? '', clientId ?? '', actor ?? address ?? '', inWords.join(' ')]
}
