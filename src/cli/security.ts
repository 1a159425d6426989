import type { Command } from 'commander'
import type { AuditEntry } from '../core/events/events.ts'
import { inWords } from '../core/limits/in-words.ts'
import type { CountedBy, ListedRule } from '../core/limits/rule.ts'
import { allRules, rulesInForce } from '../core/limits/settings.ts'
import { loadConfig } from '../lib/config/load.ts'
import { networkOf, normalizeAddress, siteOf } from '../lib/network.ts'
import { methods } from '../methods/list.ts'
import { passwordLockOf, unlockPassword } from '../methods/password/limits.ts'
import { forgetTries, limitedMethods } from '../methods/tries.ts'
import { accountNamed } from './support/named.ts'
import { CommandError } from './support/failure.ts'
import { ORIGIN, withStore } from './support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from './support/options.ts'
import { more, print, table, time } from './support/print.ts'

export function define(security: Command): void {
  withJson(security.command('unlock [name]'))
    .description('forget the wrong passwords and codes of an account that is locked by them')
    .option('--email <address>', 'the account, in the place of a name')
    .action(unlock)
  withJson(security.command('reset-attempts'))
    .description('forget what was counted against a network, so that people there can go on')
    .requiredOption('--address <address>', 'an address of that network')
    .action(resetAttempts)
  withJson(security.command('limits')).description('list every limit, as it holds here').action(listLimits)
  withPage(security.command('audit'))
    .description('show what happened, the newest first')
    .option('--account <name>', 'only of the account with this address, username or id')
    .action(audit)
}

function unlock(name: string | undefined, { json, email = name }: JsonOption & { email?: string }): Promise<void> {
  if (email === undefined || (name !== undefined && email !== name))
    throw new CommandError('say which account: `security unlock NAME`, or `--email ADDRESS`')
  return withStore(async opened => {
    const account = await accountNamed(opened.accounts, email)
    const until = await passwordLockOf(opened, account.id)
    const details = until ? { until } : {}
    await opened.events.emit({ type: 'account.unlocked', ...ORIGIN, accountId: account.id, details })
    await unlockPassword(opened, account.id)
    for (const id of limitedMethods(methods)) await forgetTries(opened, id, account.id)
    print(json, account, () => `${account.email} can try again.`)
  })
}

function resetAttempts({ json, address }: JsonOption & { address: string }): Promise<void> {
  const plain = normalizeAddress(address)
  if (!plain) throw new CommandError(`--address: expected an address such as 192.0.2.1 or 2001:db8::1, got ${address}`)
  const keys: Partial<Record<CountedBy, string>> = { network: networkOf(plain), site: siteOf(plain) }
  return withStore(async ({ limits, events }) => {
    await events.emit({ type: 'network.unlocked', ...ORIGIN, details: { network: keys.network! } })
    for (const rule of allRules(limitedMethods(methods))) {
      const key = keys[rule.by]
      if (key) await limits.clear(rule, key)
    }
    print(json, keys, () => `What was counted against ${keys.network} is forgotten.`)
  })
}

function listLimits({ json }: JsonOption): void {
  const ids = limitedMethods(methods)
  const inForce = rulesInForce(loadConfig(), ids)
  const all = allRules(ids).map(rule => ({ ...rule, ...inForce(rule), off: inForce(rule) === undefined }))
  print(json, all, () => table(['limit', 'counted by', 'what', 'at most', 'within', 'closed for'], all.map(rowOfLimit)))
}

function rowOfLimit(rule: ListedRule & { off: boolean }): string[] {
  const { max, within, closed } = inWords(rule)
  return [rule.name, rule.by, rule.counts, ...(rule.off ? ['off', '', ''] : [max, within, closed])]
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
  const said = Object.entries(details).map(([key, value]) => `${key}=${String(value)}`)
  return [time(at), type, outcome, accountId ?? '', clientId ?? '', actor ?? address ?? '', said.join(' ')]
}
