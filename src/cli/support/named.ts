import type { Account } from '../../core/accounts/account.ts'
import type { Accounts } from '../../core/accounts/accounts.ts'
import { CommandError } from './failure.ts'

/** The account of an address, a username or an id. @throws CommandError when it is nobody's */
export async function accountNamed(accounts: Accounts, name: string): Promise<Account> {
  const account = await accounts.byName(name)
  if (!account) throw new CommandError(`There is no account with the address, username or id ${JSON.stringify(name)}.`)
  return account
}
