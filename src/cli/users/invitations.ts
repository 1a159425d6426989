// `latchkey users invite`: an account for somebody, with its roles, that they make themselves by a mailed link.
import { InvalidArgumentError, type Command } from 'commander'
import { mayRegister } from '../../core/accounts/registration.ts'
import { canonicalEmail } from '../../core/accounts/names.ts'
import { createInvitations, stateOf, type Invitation } from '../../core/links/invitations.ts'
import { formatDuration, parseDuration } from '../../lib/config/kinds.ts'
import { newId } from '../../lib/ids.ts'
import { TAGS } from '../../lib/languages/catalogs.ts'
import { chooseTag } from '../../lib/languages/choose.ts'
import { findClient } from '../../oidc/clients/client-record.ts'
import { CommandError } from '../support/failure.ts'
import { openMail } from '../support/mail.ts'
import { ORIGIN, withStore, type Opened } from '../support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from '../support/options.ts'
import { more, print, table, time } from '../support/print.ts'

/** Seconds. */
const LONGEST = 30 * 86_400
const USUAL = 7 * 86_400

interface InviteOptions extends JsonOption {
  email?: string
  role?: string[]
  client?: string
  language?: string
  expires: number
}

export function defineInvite(users: Command): void {
  const invite = withJson(users.command('invite'))
    .description('mail somebody a link by which they make their account')
    .option('--email <address>', 'whom: the account is bound to this address')
    .option('--role <role...>', 'roles that the account gets')
    .option('--client <id>', 'the app that it leads to; the account console unless given')
    .option('--language <tag>', `what the mail is written in: ${TAGS.join(', ')}; en unless given`, parseLanguage)
    .option('--expires <duration>', 'how long the link works', parseExpiry, USUAL)
    .action(send)
  // Options that `invite` has too are its own, wherever they stand.
  withPage(invite.command('list'))
    .description('list invitations, and what became of them')
    .action((_options, command: Command) => list(command.optsWithGlobals()))
  withJson(invite.command('resend <id>'))
    .description('mail a new link in the place of the old one')
    .option('--expires <duration>', 'how long it works', parseExpiry, USUAL)
    .action((id: string, _options, command: Command) => resend(id, command.optsWithGlobals()))
  withJson(invite.command('revoke <id>'))
    .description('take an invitation back')
    .action((id: string, _options, command: Command) => revoke(id, command.optsWithGlobals()))
}

function send(options: InviteOptions): Promise<void> {
  return withStore(async opened => {
    const { events, store } = opened
    const email = await addressToInvite(opened, options.email)
    const clientId = options.client === undefined ? undefined : await clientNamed(opened, options.client)
    const roles = options.role ?? []
    const id = newId()
    const until = Date.now() + options.expires * 1000
    // Written first, so that no act is without its entry.
    await events.emit({
      type: 'invitation.created',
      ...ORIGIN,
      ...(clientId ? { clientId } : {}),
      details: { invitation: id, roles, until },
    })
    const wanted = {
      email,
      roles,
      ...(clientId ? { clientId } : {}),
      ...(options.language ? { language: options.language } : {}),
      createdBy: ORIGIN.actor,
      lasts: options.expires,
    }
    await mail(opened, await createInvitations(store).invite(wanted, id), options)
  })
}

function resend(id: string, options: Pick<InviteOptions, 'expires' | 'json'>): Promise<void> {
  return withStore(async opened => {
    const invitations = createInvitations(opened.store)
    await requireKnown(opened, id)
    const until = Date.now() + options.expires * 1000
    await opened.events.emit({ type: 'invitation.resent', ...ORIGIN, details: { invitation: id, until } })
    await mail(opened, await invitations.renew(id, options.expires), options)
  })
}

function revoke(id: string, { json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const known = await requireKnown(opened, id)
    if (stateOf(known, Date.now()) !== 'revoked')
      await opened.events.emit({ type: 'invitation.revoked', ...ORIGIN, details: { invitation: id } })
    const revoked = await createInvitations(opened.store).revoke(id)
    if (!revoked && known.usedAt) throw new CommandError(`${id} was used already.`)
    print(json, documentOf(revoked ?? known), () => `The invitation of ${known.email ?? id} does not work any more.`)
  })
}

function list(options: ListOptions): Promise<void> {
  return withStore(async ({ store }) => {
    const page = await createInvitations(store).list(pageOf(options))
    const items = page.items.map(documentOf)
    print(options.json, { ...page, items }, () => {
      if (items.length === 0) return 'There are no invitations.'
      const rows = items.map(({ id, email, state, roles, endsAt, createdBy }) => [
        id,
        email ?? '(first administrator)',
        state,
        roles.join(' '),
        endsAt === undefined ? '' : time(endsAt),
        createdBy ?? '',
      ])
      return table(['id', 'email', 'state', 'roles', 'until', 'by'], rows) + more('users invite list', page.cursor)
    })
  })
}

/** @throws CommandError for who needs no invitation, or could not use one */
async function addressToInvite({ config, accounts }: Opened, typed: string | undefined): Promise<string> {
  if (typed === undefined) throw new CommandError('--email: expected the address of whom to invite')
  if (!mayRegister(config, true))
    throw new CommandError('Nobody can register: LATCHKEY_REGISTRATION is closed; set it to invitation.')
  const email = canonicalEmail(typed)
  if (await accounts.byIdentifier(email)) throw new CommandError(`${email} has an account already.`)
  return email
}

async function clientNamed({ store }: Opened, id: string): Promise<string> {
  const client = await findClient(store, id)
  if (!client) throw new CommandError(`There is no app with the id ${JSON.stringify(id)}.`)
  if (client.metadata.initiate_login_uri || client.metadata.client_uri) return id
  throw new CommandError(
    `${id} has no address that an invitation could lead to: give it an initiate_login_uri (--meta) or a --client-uri.`,
  )
}

async function requireKnown({ store }: Opened, id: string): Promise<Invitation> {
  const invitation = await createInvitations(store).get(id)
  if (!invitation?.email) throw new CommandError(`There is no invitation with the id ${JSON.stringify(id)}.`)
  return invitation
}

async function mail(
  opened: Opened,
  { invitation, secret }: { invitation: Invitation; secret: string },
  { json }: JsonOption,
): Promise<void> {
  const { config, store } = opened
  const { email, clientId, endsAt, language } = invitation
  const link = `${config.issuer}/invite/${secret}`
  const client = clientId ? await findClient(store, clientId) : undefined
  const { postbox } = openMail(opened)
  const locals = {
    ...(language ? { lang: language } : {}),
    brandName: config.name,
    link,
    until: endsAt!,
    ...(client?.metadata.client_name ? { clientName: client.metadata.client_name } : {}),
  }
  await postbox.post(email, 'invitation', locals, { lasts: Math.ceil((endsAt! - Date.now()) / 1000) })
  await postbox.settled()
  print(json, { ...documentOf(invitation), link }, () => `Invited ${email}, until ${time(endsAt!)}.\n\n${link}`)
}

function documentOf(invitation: Invitation) {
  const { tokenHash: _secret, expiresAt: _kept, ...rest } = invitation
  return { ...rest, state: stateOf(invitation, Date.now()) }
}

function parseLanguage(text: string): string {
  const tag = chooseTag([text])
  if (tag) return tag
  throw new InvalidArgumentError(`Expected one of ${TAGS.join(', ')}.`)
}

function parseExpiry(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds >= 300 && seconds <= LONGEST) return seconds
  throw new InvalidArgumentError(`Expected a duration from 5m to ${formatDuration(LONGEST)}, such as 1d or 7d.`)
}
