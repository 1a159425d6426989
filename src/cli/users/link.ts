// `latchkey users link`: a link for somebody, for who helps them.
import { InvalidArgumentError, Option, type Command } from 'commander'
import { createLinks, LINK_PURPOSES, type AccountPurpose, type LinkPurpose } from '../../core/links/links.ts'
import { makeLink } from '../../core/links/make-link.ts'
import { isCidr, formatDuration, parseDuration } from '../../lib/config/kinds.ts'
import { madeAddress } from '../../methods/magic-link/address.ts'
import { createClients, type ClientView } from '../../oidc/clients/clients.ts'
import { createRulesProvider } from '../../oidc/rules.ts'
import { CommandError, UsageError } from '../support/failure.ts'
import { parseGroup } from './groups.ts'
import { accountNamed } from '../support/named.ts'
import { ORIGIN, withStore, type Opened } from '../support/open.ts'
import { LONGEST, SHORTEST } from '../../signin/links/lasting.ts'
import { invitationAddress } from '../../signin/registration/mails.ts'
import { documentOf, invite } from '../support/invite.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print, time } from '../support/print.ts'

const MOST_USES = 100

interface LinkOptions extends JsonOption {
  email: string
  client: string
  purpose: LinkPurpose
  expires: number
  uses: number
  from?: string
  role?: string[]
  group?: string[]
}

export function defineLink(users: Command): void {
  withJson(users.command('link'))
    .description(
      'print a link for somebody, for you to hand to them: it signs them in to an app, proves their address, lets them choose a new password, or invites them',
    )
    .requiredOption('--email <name>', 'the account, by its address, username or id; of who is invited, the address')
    .requiredOption('--client <id>', 'the app that it leads to')
    .addOption(new Option('--purpose <purpose>', 'what it is for').choices(LINK_PURPOSES).default('sign-in'))
    .option('--expires <duration>', 'how long it works, such as 15m or 1h', parseExpiry, 3600)
    .option('--uses <number>', 'how often it can be used', parseUses, 1)
    .option('--from <network>', 'the only network (CIDR) that it can be used from', parseNetwork)
    .option('--role <role...>', 'roles that the account gets, of who is invited')
    .option('--group <group...>', 'groups that the account is in, of who is invited', parseGroup)
    .action(make)
}

function make(options: LinkOptions): Promise<void> {
  const { purpose } = options
  requireSense(options)
  return withStore(opened => (purpose === 'invite' ? toInvite(opened, options) : ofAccount(opened, options, purpose)))
}

/** @throws UsageError for what such a link does not have */
function requireSense({ purpose, uses, from, role, group }: LinkOptions): void {
  if (uses > 1 && (purpose === 'reset' || purpose === 'invite'))
    throw new UsageError(`--uses: a link to ${purpose} works once.`)
  if (from !== undefined && purpose === 'invite')
    throw new UsageError('--from: an invitation is bound to its address, and to no network.')
  if (role !== undefined && purpose !== 'invite')
    throw new UsageError('--role: only an invitation gives roles; expected --purpose invite.')
  if (group !== undefined && purpose !== 'invite')
    throw new UsageError('--group: only an invitation gives groups; expected --purpose invite.')
}

async function ofAccount(opened: Opened, options: LinkOptions, purpose: AccountPurpose): Promise<void> {
  const { config, accounts, store } = opened
  const { email, client: id, expires, uses, from, json } = options
  const account = await accountNamed(accounts, email)
  if (account.status !== 'active') throw new CommandError(`${account.email} is deactivated.`)
  if (purpose === 'verify' && account.emailVerified) throw new CommandError(`${account.email} is verified already.`)
  const client = await clientNamed(opened, id, purpose)
  const links = createLinks(store, { ttl: config.magicLinkTtl })
  const wanted = { purpose, account, clientId: client.client_id, lasts: expires, maxUses: uses, network: from }
  const { token, link } = await makeLink({ ...opened, links }, { ...wanted, createdBy: ORIGIN.actor }, ORIGIN)
  const address = madeAddress(config, token)
  const document = { id: link.id, link: address, purpose, email: account.email, clientId: client.client_id, uses }
  print(json, { ...document, endsAt: link.endsAt }, () => {
    const often = uses === 1 ? 'once' : `${uses} times`
    return said(address, `${DOES[purpose](account.email)}, ${often}`, link.endsAt)
  })
}

async function toInvite(
  opened: Opened,
  { email, client, role: roles = [], group: groups, expires, json }: LinkOptions,
): Promise<void> {
  const { invitation, secret } = await invite(opened, { email, roles, groups, clientId: client, lasts: expires })
  const address = invitationAddress(opened, secret)
  print(json, { ...documentOf(invitation), link: address }, () =>
    said(address, `invites ${invitation.email} to make an account, once`, invitation.endsAt!),
  )
}

function said(address: string, does: string, until: number): string {
  return `${address}\n\nIt ${does}, until ${time(until)}. Whoever has it can use it: hand it to nobody else.`
}

const DOES: Record<AccountPurpose, (email: string) => string> = {
  'sign-in': email => `signs ${email} in`,
  verify: email => `proves that ${email} is theirs`,
  reset: email => `lets ${email} choose a new password`,
}

/** @throws CommandError for an app that a link cannot lead to */
async function clientNamed(
  { config, keys, store, events }: Opened,
  id: string,
  purpose: AccountPurpose,
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
