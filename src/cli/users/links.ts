// `latchkey users link` and `users links`: a link for somebody, for who helps them, and what became of it.
import { InvalidArgumentError, Option, type Command } from 'commander'
import { standing } from '../../core/accounts/account.ts'
import { createLinks, stateOf, type Link, type LinkPurpose } from '../../core/links/links.ts'
import { makeLink } from '../../core/links/make-link.ts'
import { describeBrowser } from '../../lib/web/browser/describe-browser.ts'
import { isCidr, formatDuration, parseDuration } from '../../lib/config/kinds.ts'
import { madeAddress } from '../../methods/magic-link/address.ts'
import { createClients, type ClientView } from '../../oidc/clients/clients.ts'
import { createRulesProvider } from '../../oidc/rules.ts'
import { CommandError } from '../support/failure.ts'
import { accountNamed } from '../support/named.ts'
import { ORIGIN, withStore, type Opened } from '../support/open.ts'
import { LONGEST, SHORTEST } from '../../signin/links/lasting.ts'
import { MADE_FOR } from '../../signin/links/pages.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from '../support/options.ts'
import { more, print, table, time } from '../support/print.ts'

const MOST_USES = 100

interface LinkOptions extends JsonOption {
  email: string
  client: string
  purpose: LinkPurpose
  expires: number
  uses: number
  from?: string
}

export function defineLink(users: Command): void {
  withJson(users.command('link'))
    .description(
      'print a link for somebody, for you to hand to them: it signs them in to an app, or proves their address',
    )
    .requiredOption('--email <name>', 'the account, by its address, username or id')
    .requiredOption('--client <id>', 'the app that it leads to')
    .addOption(new Option('--purpose <purpose>', 'what it is for').choices(MADE_FOR).default('sign-in'))
    .option('--expires <duration>', 'how long it works, such as 15m or 1h', parseExpiry, 3600)
    .option('--uses <number>', 'how often it can be used', parseUses, 1)
    .option('--from <network>', 'the only network (CIDR) that it can be used from', parseNetwork)
    .action(make)
  const links = users.command('links').description('the links of an account')
  withPage(links.command('list <name>'))
    .description('list its links of the last day and those to come: made, sent, opened, used, and from where')
    .action(list)
}

function make({ email, client: id, purpose, expires, uses, from, json }: LinkOptions): Promise<void> {
  return withStore(async opened => {
    const { config, accounts, store } = opened
    const account = await accountNamed(accounts, email)
    if (!standing(account, Date.now() / 1000 + 1)) throw new CommandError(`${account.email} is deactivated.`)
    if (purpose === 'verify' && account.emailVerified) throw new CommandError(`${account.email} is verified already.`)
    const client = await clientNamed(opened, id, purpose)
    const links = createLinks(store, { ttl: config.magicLinkTtl })
    const wanted = { purpose, account, clientId: client.client_id, lasts: expires, maxUses: uses, network: from }
    const { token, link } = await makeLink({ ...opened, links }, { ...wanted, createdBy: ORIGIN.actor }, ORIGIN)
    const address = madeAddress(config, token)
    const document = { id: link.id, link: address, purpose, email: account.email, clientId: client.client_id, uses }
    print(json, { ...document, endsAt: link.endsAt }, () => {
      const often = uses === 1 ? 'once' : `${uses} times`
      const does = DOES[purpose](account.email)
      return `${address}\n\nIt ${does}, ${often}, until ${time(link.endsAt)}. Whoever has it can use it: hand it to nobody else.`
    })
  })
}

const DOES: Record<LinkPurpose, (email: string) => string> = {
  'sign-in': email => `signs ${email} in`,
  verify: email => `proves that ${email} is theirs`,
  reset: email => `lets ${email} back in`,
  invite: email => `invites ${email}`,
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

/** When, from where and by which browser, as far as there was one. */
function momentOf({ at, address, userAgent }: Link['created']): string {
  return [time(at), address, userAgent && describeBrowser(userAgent)].filter(Boolean).join(' ')
}

/** @throws CommandError for an app that a link cannot lead to */
async function clientNamed(
  { config, keys, store, events }: Opened,
  id: string,
  purpose: LinkPurpose,
): Promise<ClientView> {
  const provider = createRulesProvider(config, await keys.load())
  const client = await createClients(store, events, () => provider).show(id)
  if (purpose !== 'sign-in' || client.initiate_login_uri || client.client_uri) return client
  throw new CommandError(
    `${id} has no address that a link could lead to: give it an initiate_login_uri (--meta) or a --client-uri.`,
  )
}

function parseExpiry(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds >= SHORTEST && seconds <= LONGEST) return seconds
  throw new InvalidArgumentError(`Expected a duration from 1m to ${formatDuration(LONGEST)}, such as 15m or 1h.`)
}

function parseUses(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= MOST_USES) return number
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST_USES}.`)
}

function parseNetwork(text: string): string {
  if (isCidr(text)) return text
  throw new InvalidArgumentError('Expected an address or a CIDR block, such as 203.0.113.0/24.')
}
