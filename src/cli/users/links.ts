// `latchkey users links list`: what became of the links of an account.
import type { Command } from 'commander'
import { createLinks, stateOf, type Link } from '../../core/links/links.ts'
import { momentOf } from '../support/moment.ts'
import { accountNamed } from '../support/named.ts'
import { withStore } from '../support/open.ts'
import { pageOf, withPage, type ListOptions } from '../support/options.ts'
import { more, print, table, time } from '../support/print.ts'

export function defineLinks(users: Command): void {
  const links = users.command('links').description('the links of an account')
  withPage(links.command('list <name>'))
    .description('list its links of the last day and those to come: made, sent, opened, used, and from where')
    .action(list)
}

function list(name: string, options: ListOptions): Promise<void> {
  return withStore(async ({ config, accounts, store }) => {
    const account = await accountNamed(accounts, name)
    const links = createLinks(store, { ttl: config.magicLinkTtl })
    const { items, ...rest } = await links.ofAccount(account.id, { ...pageOf(options), order: 'desc' })
    const page = { items: items.map(shown), ...rest }
    print(options.json, page, () => {
      if (items.length === 0) return `${account.email} has no links.`
      const headings = ['id', 'purpose', 'state', 'by', 'app', 'created', 'sent', 'opened', 'used', 'until']
      return table(headings, page.items.map(rowOf)) + more(`users links list ${account.id}`, page.cursor)
    })
  })
}

/** Without the hash of its token, which is nobody's business. */
function shown(link: Link) {
  const { tokenHash: _, ...rest } = link
  return { ...rest, state: stateOf(link) }
}

function rowOf(link: ReturnType<typeof shown>): string[] {
  const { id, purpose, state, createdBy, clientId = '', created, sent, opened, timesOpened, used, endsAt } = link
  return [
    id,
    purpose,
    state,
    createdBy,
    clientId,
    momentOf(created),
    String(sent),
    opened ? `${timesOpened}x, ${momentOf(opened)}` : '',
    used ? momentOf(used) : '',
    time(endsAt),
  ]
}
