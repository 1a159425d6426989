// `latchkey users link`: a link that signs somebody in, for who helps them.
import { InvalidArgumentError, Option, type Command } from 'commander'
import { standing } from '../core/accounts/account.ts'
import { createLinks } from '../core/links.ts'
import { isCidr, formatDuration, parseDuration } from '../lib/config/kinds.ts'
import { madeAddress } from '../methods/magic-link/address.ts'
import { createClients, type ClientView } from '../oidc/clients/clients.ts'
import { createRulesProvider } from '../oidc/rules.ts'
import { CommandError } from './support/failure.ts'
import { accountNamed } from './support/named.ts'
import { ORIGIN, withStore, type Opened } from './support/open.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { print, time } from './support/print.ts'

/** Seconds. A link that is handed over is read later than one that was asked for, and still not kept for good. */
const LONGEST = 7 * 86_400
const MOST_USES = 100

interface LinkOptions extends JsonOption {
  email: string
  client: string
  purpose: 'sign-in'
  expires: number
  uses: number
  from?: string
}

export function defineLink(users: Command): void {
  withJson(users.command('link'))
    .description('print a link that signs somebody in to an app, for you to hand to them')
    .requiredOption('--email <name>', 'the account, by its address, username or id')
    .requiredOption('--client <id>', 'the app that it leads to')
    .addOption(new Option('--purpose <purpose>', 'what it is for').choices(['sign-in']).default('sign-in'))
    .option('--expires <duration>', 'how long it works, such as 15m or 1h', parseExpiry, 3600)
    .option('--uses <number>', 'how often it can be used', parseUses, 1)
    .option('--from <network>', 'the only network (CIDR) that it can be used from', parseNetwork)
    .action(makeLink)
}

function makeLink({ email, client: id, purpose, expires, uses, from, json }: LinkOptions): Promise<void> {
  return withStore(async opened => {
    const { config, accounts, events, store } = opened
    const account = await accountNamed(accounts, email)
    if (!standing(account, Date.now() / 1000 + 1)) throw new CommandError(`${account.email} is deactivated.`)
    const client = await clientNamed(opened, id)
    const until = Date.now() + expires * 1000
    // Written first, so that no act is without its entry.
    await events.emit({
      type: 'link.created',
      ...ORIGIN,
      accountId: account.id,
      clientId: client.client_id,
      details: { purpose, uses, until },
    })
    const { token, link } = await createLinks(store, { ttl: config.magicLinkTtl }).make({
      purpose,
      account,
      clientId: client.client_id,
      lasts: expires,
      maxUses: uses,
      network: from,
      createdBy: ORIGIN.actor,
    })
    const address = madeAddress(config, token)
    const document = { id: link.id, link: address, purpose, email: account.email, clientId: client.client_id, uses }
    print(json, { ...document, endsAt: link.endsAt }, () => {
      const often = uses === 1 ? 'once' : `${uses} times`
      return `${address}\n\nIt signs ${account.email} in, ${often}, until ${time(link.endsAt)}. Whoever has it can use it: hand it to nobody else.`
    })
  })
}

/** @throws CommandError for an app that a link cannot lead to */
async function clientNamed({ config, keys, store, events }: Opened, id: string): Promise<ClientView> {
  const provider = createRulesProvider(config, await keys.load())
  const client = await createClients(store, events, () => provider).show(id)
  if (client.initiate_login_uri || client.client_uri) return client
  throw new CommandError(
    `${id} has no address that a link could lead to: give it an initiate_login_uri (--meta) or a --client-uri.`,
  )
}

function parseExpiry(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds >= 60 && seconds <= LONGEST) return seconds
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
