// Making an account that an admin asks for.
import type { Account } from '../../core/accounts/account.ts'
import type { NewAccount } from '../../core/accounts/accounts.ts'
import { newId } from '../../lib/ids.ts'
import { removePassword } from '../../methods/password/set.ts'
import { ORIGIN, type Opened } from './open.ts'

/**
 * Makes an account with its entries in the audit log: all of it, or nothing but an entry that says so.
 * @param secure stores what it signs in with; without its account that is nothing, while an account without it could not
 * sign in, hence that comes first
 * @throws Refused `email.taken`, `username.taken`
 */
export async function addAccount(
  opened: Opened,
  wanted: NewAccount,
  secure: (accountId: string) => Promise<void>,
): Promise<Account> {
  const { accounts, events } = opened
  const id = newId()
  const entry = { type: 'account.registered', ...ORIGIN, accountId: id, details: { by: 'admin' } } as const
  await secure(id)
  try {
    // Written first, so that no act is without its entry.
    await events.emit(entry)
    for (const role of wanted.roles ?? []) {
      await events.emit({ type: 'role.assigned', ...ORIGIN, accountId: id, details: { role } })
    }
    return await accounts.create({ ...wanted, id })
  } catch (error) {
    if (!(await accounts.get(id))) {
      await removePassword(opened, id)
      await events.emit({ ...entry, outcome: 'failure' })
    }
    throw error
  }
}
