// `latchkey users groups`: what apps are told of where somebody belongs.
import { InvalidArgumentError, type Command } from 'commander'
import { groupSchema, withGroups } from '../../core/accounts/groups.ts'
import { accountNamed } from '../support/named.ts'
import { ORIGIN, withStore } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print } from '../support/print.ts'

interface GroupsOptions extends JsonOption {
  add?: string[]
  remove?: string[]
}

const ABOUT = `
Apps get them as the claim groups, by the scope of that name, whenever they ask anew. Nothing here is decided by them:
that is what roles are for.`

export function defineGroups(users: Command): void {
  withJson(users.command('groups <name>'))
    .description('show the groups of an account, or change them')
    .option('--add <group...>', 'groups that it is in from now on', parseGroup)
    .option('--remove <group...>', 'groups that it is in no longer', parseGroup)
    .addHelpText('after', ABOUT)
    .action(change)
}

/** Of an option with several values. */
export function parseGroup(text: string, before: string[] = []): string[] {
  if (!groupSchema.safeParse(text).success)
    throw new InvalidArgumentError('expected 1 to 100 letters of a-z, A-Z, digits, “_”, “.”, “:” and “-”')
  return [...before, text]
}

function change(name: string, { add = [], remove = [], json }: GroupsOptions): Promise<void> {
  return withStore(async ({ accounts, events }) => {
    const { id, email, groups: known = [] } = await accountNamed(accounts, name)
    const wanted = withGroups(known, add, remove)
    const added = wanted.filter(group => !known.includes(group))
    const removed = known.filter(group => !wanted.includes(group))
    if (added.length + removed.length > 0) {
      // Written first, so that no act is without its entry.
      await events.emit({ type: 'groups.changed', ...ORIGIN, accountId: id, details: { added, removed } })
      await accounts.changeGroups(id, added, removed)
    }
    const groups = (await accounts.get(id))?.groups ?? []
    print(json, { id, email, groups }, () =>
      groups.length > 0 ? `${email} is in ${groups.join(', ')}.` : `${email} is in no group.`,
    )
  })
}
