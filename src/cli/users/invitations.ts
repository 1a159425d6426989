// `latchkey users invite`: an account for somebody, with its roles, that they make themselves by a mailed link.
import { InvalidArgumentError, type Command } from 'commander'
import { parseGroup } from './groups.ts'
import { createInvitations, stateOf, type Invitation } from '../../core/links/invitations.ts'
import { NOWHERE } from '../../core/links/place.ts'
import { formatDuration, parseDuration } from '../../lib/config/kinds.ts'
import { TAGS } from '../../lib/languages/catalogs.ts'
import { chooseTag } from '../../lib/languages/choose.ts'
import { findClient } from '../../oidc/clients/client-record.ts'
import { invitationAddress, postInvitation } from '../../signin/registration/mails.ts'
import { CommandError } from '../support/failure.ts'
import { documentOf, invite } from '../support/invite.ts'
import { openMail } from '../support/mail.ts'
import { momentOf } from '../support/moment.ts'
import { ORIGIN, withStore, type Opened } from '../support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from '../support/options.ts'
import { more, print, table, time } from '../support/print.ts'

/** Seconds. */
const LONGEST = 30 * 86_400
const USUAL = 7 * 86_400

interface InviteOptions extends JsonOption {
  email?: string
  role?: string[]
  group?: string[]
  client?: string
  language?: string
  expires: number
}

export function defineInvite(users: Command): void {
  const noun = withJson(users.command('invite'))
    .description('mail somebody a link by which they make their account')
    .option('--email <address>', 'whom: the account is bound to this address')
    .option('--role <role...>', 'roles that the account gets')
    .option('--group <group...>', 'groups that the account is in, for apps', parseGroup)
    .option('--client <id>', 'the app that it leads to; the account console unless given')
    .option('--language <tag>', `what the mail is written in: ${TAGS.join(', ')}; en unless given`, parseLanguage)
    .option('--expires <duration>', 'how long the link works', parseExpiry, USUAL)
    .action(send)
  // Options that `invite` has too are its own, wherever they stand.
  withPage(noun.command('list'))
    .description('list invitations, and what became of them')
    .action((_options, command: Command) => list(command.optsWithGlobals()))
  withJson(noun.command('resend <id>'))
    .description('mail a new link in the place of the old one')
    .option('--expires <duration>', 'how long it works', parseExpiry, USUAL)
    .action((id: string, _options, command: Command) => resend(id, command.optsWithGlobals()))
  withJson(noun.command('revoke <id>'))
    .description('take an invitation back')
    .action((id: string, _options, command: Command) => revoke(id, command.optsWithGlobals()))
}

function send({
  email,
  role: roles = [],
  group: groups,
  client: clientId,
  language,
  expires,
  json,
}: InviteOptions): Promise<void> {
  return withStore(async opened => {
    if (email === undefined) throw new CommandError('--email: expected the address of whom to invite')
    const about = { ...(clientId === undefined ? {} : { clientId }), ...(language ? { language } : {}) }
    const wanted = { email, roles, groups, ...about, lasts: expires, sent: 1 }
    await mail(opened, await invite(opened, wanted), json)
  })
}

function resend(id: string, options: Pick<InviteOptions, 'expires' | 'json'>): Promise<void> {
  return withStore(async opened => {
    const invitations = createInvitations(opened.store)
    await requireKnown(opened, id)
    const until = Date.now() + options.expires * 1000
    await opened.events.emit({ type: 'invitation.resent', ...ORIGIN, details: { invitation: id, until } })
    await mail(opened, await invitations.renew(id, options.expires), options.json)
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
      const rows = items.map(
        ({ id, email, state, roles, groups = [], sent = 0, opened, timesOpened, usedAt, ...rest }) => [
          id,
          email ?? '(first administrator)',
          state,
          roles.join(' '),
          groups.join(' '),
          String(sent),
          opened ? `${timesOpened}x, ${momentOf(opened)}` : '',
          usedAt ? momentOf({ at: usedAt, ...(rest.usedFrom ?? NOWHERE) }) : '',
          rest.endsAt === undefined ? '' : time(rest.endsAt),
          rest.createdBy ?? '',
        ],
      )
      const headings = ['id', 'email', 'state', 'roles', 'groups', 'sent', 'opened', 'used', 'until', 'by']
      return table(headings, rows) + more('users invite list', page.cursor)
    })
  })
}

async function requireKnown({ store }: Opened, id: string): Promise<Invitation> {
  const invitation = await createInvitations(store).get(id)
  if (!invitation?.email) throw new CommandError(`There is no invitation with the id ${JSON.stringify(id)}.`)
  return invitation
}

async function mail(
  opened: Opened,
  made: { invitation: Invitation; secret: string },
  json: boolean | undefined,
): Promise<void> {
  const { config, store } = opened
  const { email, clientId, endsAt } = made.invitation
  const client = clientId ? await findClient(store, clientId) : undefined
  const clientName = client?.metadata.client_name as string | undefined
  const { postbox } = openMail(opened)
  await postInvitation({ config, postbox }, made, clientName)
  await postbox.settled()
  const link = invitationAddress({ config }, made.secret)
  print(json, { ...documentOf(made.invitation), link }, () => `Invited ${email}, until ${time(endsAt!)}.\n\n${link}`)
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
