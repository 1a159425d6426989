import type { Command } from 'commander'
import { profileSchema, type Account } from '../../core/accounts/account.ts'
import { canonicalEmail, canonicalUsername } from '../../core/accounts/names.ts'
import { newPassword } from '../../methods/password/rules.ts'
import { storePassword } from '../../methods/password/set.ts'
import { define as defineFactors } from './factors.ts'
import { addAccount } from '../support/add-account.ts'
import { CommandError, UsageError } from '../support/failure.ts'
import { accountNamed } from '../support/named.ts'
import { withStore, type Opened } from '../support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from '../support/options.ts'
import { facts, more, print, table, time } from '../support/print.ts'
import { askNewPassword, isInteractive } from '../support/prompt.ts'
import { passwordIn, withPassword, type PasswordOptions } from '../support/secret-input.ts'
import { defineGroups } from './groups.ts'
import { defineInvite } from './invitations.ts'
import { defineLifecycle } from './lifecycle.ts'
import { defineLink } from './link.ts'
import { defineLinks } from './links.ts'
import { defineImport } from './import.ts'
import { defineForceChange } from './password.ts'

interface CreateOptions extends JsonOption, PasswordOptions {
  email: string
  username?: string
  name?: string
  verified?: boolean
  role?: string[]
}

export function define(users: Command): void {
  withPassword(withJson(users.command('create')).requiredOption('--email <address>', 'the address'))
    .description('make an account; without a password option, the password is asked for')
    .option('--username <name>', 'a username to sign in with as well')
    .option('--name <name>', 'the full name')
    .option('--verified', 'the address is known to be theirs')
    .option('--role <role...>', 'roles, such as admin')
    .action(create)
  withPage(users.command('list')).description('list accounts').action(list)
  withJson(users.command('show <name>'))
    .description('show an account, named by its address, username or id')
    .action(show)
  defineLifecycle(users)
  defineFactors(users.command('factors').description('what an account has set up to sign in with'))
  defineGroups(users)
  defineInvite(users)
  defineLink(users)
  defineLinks(users)
  defineImport(users)
  defineForceChange(users)
}

function create(options: CreateOptions): Promise<void> {
  return withStore(async opened => {
    const account = await createAccount(opened, options)
    print(options.json, account, () => `Created.\n\n${describe(account)}`)
  })
}

async function createAccount(opened: Opened, options: CreateOptions): Promise<Account> {
  const email = canonicalEmail(options.email)
  const username = options.username === undefined ? undefined : canonicalUsername(options.username)
  const profile = profileSchema.safeParse(options.name ? { name: options.name } : {})
  if (!profile.success) throw new CommandError('--name: expected at most 200 characters')
  const roles = options.role ?? []
  const newcomer = { email, ...(username ? { username } : {}), profile: profile.data, roles }
  const password = await newPassword(opened, await passwordOf(options), newcomer)

  const wanted = { ...newcomer, emailVerified: options.verified === true }
  return addAccount(opened, wanted, id => storePassword(opened, id, password))
}

async function passwordOf(options: CreateOptions): Promise<string> {
  const password = await passwordIn(options)
  if (password !== undefined) return password
  if (isInteractive()) return askNewPassword()
  throw new UsageError('The account needs a password, and there is no terminal to ask on: add --password-stdin.')
}

function list(options: ListOptions): Promise<void> {
  return withStore(async ({ accounts }) => {
    const page = await accounts.list(pageOf(options))
    print(options.json, page, () => {
      if (page.items.length === 0) return 'There are no accounts.'
      const rows = page.items.map(account => [
        account.id,
        account.email,
        account.emailVerified ? 'yes' : 'no',
        account.username ?? '',
        account.status,
        account.roles.join(' '),
        time(account.createdAt),
      ])
      const headings = ['id', 'email', 'verified', 'username', 'status', 'roles', 'created']
      return table(headings, rows) + more('users list', page.cursor)
    })
  })
}

function show(name: string, { json }: JsonOption): Promise<void> {
  return withStore(async ({ accounts }) => {
    const account = await accountNamed(accounts, name)
    print(json, account, () => describe(account))
  })
}

function describe(account: Account): string {
  return facts({
    id: account.id,
    email: `${account.email} (${account.emailVerified ? 'verified' : 'not verified'})`,
    username: account.username,
    ...account.profile,
    roles: account.roles.length > 0 ? account.roles.join(' ') : undefined,
    groups: account.groups?.length ? account.groups.join(' ') : undefined,
    status: account.status,
    'closed by': account.closing?.by,
    reason: account.closing?.reason,
    'removed on': account.purgeAt === undefined ? undefined : time(account.purgeAt),
    created: time(account.createdAt),
  })
}
