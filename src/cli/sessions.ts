import type { Command } from 'commander'
import type { SignIn } from '../core/sessions/signins.ts'
import { describeBrowser } from '../lib/web/browser/describe-browser.ts'
import { CommandError, UsageError } from './support/failure.ts'
import { accountNamed } from './support/named.ts'
import { ORIGIN, withStore } from './support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from './support/options.ts'
import { more, print, table, time } from './support/print.ts'
import { jobsOf, runNow, type JobFacts } from './jobs/run-job.ts'

export function define(sessions: Command): void {
  withPage(sessions.command('list'))
    .description('list the sessions of an account, the newest first, those that ended lately among them')
    .requiredOption('--account <name>', 'the address, username or id of the account')
    .action(list)
  withJson(sessions.command('revoke'))
    .argument('[uid]', 'the session, as listed')
    .description('end a session, or all of an account with every token that it holds, and tell the apps')
    .option('--account <name>', 'every session of the account with this address, username or id')
    .action(revoke)
  withJson(sessions.command('cleanup'))
    .description('remove now what has expired, as the server does every five minutes')
    .action(cleanup)
}

function list(options: ListOptions & { account: string }): Promise<void> {
  return withStore(async ({ accounts, signIns }) => {
    const account = await accountNamed(accounts, options.account)
    const { items, ...rest } = await signIns.ofAccount(account.id, { ...pageOf(options), order: 'desc' })
    const page = { items: items.map(signIn => ({ ...signIn, browser: describeBrowser(signIn.userAgent) })), ...rest }
    print(options.json, page, () => {
      if (items.length === 0) return `${account.email} has no sessions.`
      const headings = ['uid', 'state', 'browser', 'address', 'created', 'last seen', 'until', 'apps', 'device']
      return table(headings, page.items.map(rowOf)) + more(`sessions list --account ${account.id}`, page.cursor)
    })
  })
}

function rowOf(signIn: SignIn & { browser: string }): string[] {
  const { id, browser, address, createdAt, lastSeenAt, endedAt, endsAt, clientIds, deviceId } = signIn
  const times = [createdAt, lastSeenAt, endedAt ?? endsAt].map(time)
  // A device's id holds a hash twice as long as what it takes to tell a person's devices apart.
  return [id, stateOf(signIn), browser, address, ...times, clientIds.join(' '), deviceId?.slice(0, 8) ?? '']
}

function stateOf({ endedAt, endReason, endsAt, jumpedAt, remembered }: SignIn): string {
  if (endedAt) return `ended: ${endReason ?? 'unknown'}`
  if (endsAt <= Date.now()) return 'ended: expired'
  if (jumpedAt) return 'live, to be proven anew'
  return remembered ? 'live, remembered' : 'live'
}

function revoke(uid: string | undefined, options: JsonOption & { account?: string }): Promise<void> {
  const { account } = options
  if (uid !== undefined && account === undefined) return revokeOne(uid, options)
  if (account !== undefined && uid === undefined) return revokeAll(account, options)
  throw new UsageError('Name one session by its uid, or --account to end all of an account.')
}

function revokeOne(uid: string, { json }: JsonOption): Promise<void> {
  return withStore(async ({ sessions }) => {
    if (!(await sessions.end(uid, 'revoked', ORIGIN))) throw new CommandError(`There is no live session ${uid}.`)
    print(json, { ended: 1 }, () => `Ended. Its apps are told by the server, or by \`latchkey jobs run send-logouts\`.`)
  })
}

function revokeAll(name: string, { json }: JsonOption): Promise<void> {
  return withStore(async ({ accounts, sessions }) => {
    const account = await accountNamed(accounts, name)
    // By the account's own mark, which a session that begins at this very moment is held against as well.
    const ended = await sessions.endEverywhere(account.id, 'revoked', ORIGIN)
    print(json, { accountId: account.id, ended }, () => {
      const count = ended === 1 ? 'One session' : `${ended} sessions`
      return `${count} of ${account.email} ended. No session or token from before counts any longer.`
    })
  })
}

function cleanup({ json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const jobs = jobsOf(opened).filter(({ name }) => name === 'end-sign-ins' || name === 'remove-expired')
    const items: JobFacts[] = []
    for (const job of jobs) items.push(await runNow(opened, job))
    print(json, { items }, () => items.map(({ name, result }) => `${name}: ${result}`).join('\n'))
  })
}
