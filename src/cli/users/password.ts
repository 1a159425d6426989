// `latchkey users force-password-change`: nothing goes on for an account before its password is another.
import type { Command } from 'commander'
import { onlyCredentialId } from '../../core/credentials.ts'
import { demandChange } from '../../methods/password/due.ts'
import { CommandError } from '../support/failure.ts'
import { accountNamed } from '../support/named.ts'
import { ORIGIN, withStore } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print } from '../support/print.ts'

const ABOUT = `
Whoever is signed in is asked at the next app or page, after proving themselves anew. Tokens that apps hold go on
until then: latchkey sessions revoke ends them too.`

export function defineForceChange(users: Command): void {
  withJson(users.command('force-password-change <name>'))
    .description('let nothing go on for an account before its password is changed')
    .addHelpText('after', ABOUT)
    .action(forceChange)
}

function forceChange(name: string, { json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const { accounts, credentials, events } = opened
    const { id, email, passwordChange } = await accountNamed(accounts, name)
    if (!(await credentials.get(onlyCredentialId('password', id))))
      throw new CommandError(`${email} has no password that could be changed`)
    // Written first, so that no act is without its entry.
    if (!passwordChange) await events.emit({ type: 'password.change_demanded', ...ORIGIN, accountId: id, details: {} })
    const account = await demandChange(opened, id, 'admin')
    print(json, account, () =>
      passwordChange
        ? `${email} was to change their password already.`
        : `${email} changes their password before anything else.`,
    )
  })
}
