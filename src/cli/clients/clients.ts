import { Option, type Command } from 'commander'
import { OWN_METADATA } from '../../oidc/clients/client-record.ts'
import { CLIENT_TYPES, type ClientType } from '../../oidc/clients/client-types.ts'
import {
  createClients,
  SECRET_OVERLAP,
  type Clients,
  type ClientView,
  type Metadata,
} from '../../oidc/clients/clients.ts'
import { createRulesProvider } from '../../oidc/rules.ts'
import { metadataOf, withClientOptions, type ClientOptions } from './options.ts'
import { CommandError, UsageError } from '../support/failure.ts'
import { ORIGIN, withStore } from '../support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from '../support/options.ts'
import { facts, more, print, printable, table, time } from '../support/print.ts'
import { confirm, isInteractive } from '../support/prompt.ts'

export function define(clients: Command): void {
  withClientOptions(withJson(clients.command('create')))
    .description('register an app')
    .addOption(new Option('--type <type>', 'what kind of app').choices(CLIENT_TYPES).makeOptionMandatory())
    .option('--id <id>', 'its client_id; made at random when not given')
    .action(create)
  withPage(clients.command('list')).description('list apps').action(list)
  withJson(clients.command('show <id>')).description('show an app').action(show)
  withClientOptions(withJson(clients.command('update <id>')))
    .description('change the metadata that is named, and nothing else')
    .action(update)
  withJson(clients.command('rotate-secret <id>'))
    .description('make a new secret; the newest old one works for a day beside it')
    .action(rotateSecret)
  withJson(clients.command('remove <id>'))
    .description('remove an app: it can sign nobody in any more')
    .option('--yes', 'do not ask')
    .action(remove)
}

function withClients(work: (clients: Clients) => Promise<void>): Promise<void> {
  return withStore(async opened => {
    const provider = createRulesProvider(opened.config, await opened.keys.load())
    await work(createClients(opened.store, opened.events, () => provider))
  })
}

function create(options: ClientOptions & { type: ClientType; id?: string }): Promise<void> {
  const { type, id, json } = options
  const wanted = metadataOf(options)
  return withClients(async clients => {
    const client = await clients.create(type, { ...wanted, ...(id === undefined ? {} : { client_id: id }) }, ORIGIN)
    warnOfIgnored(wanted, client)
    print(json, client, () => `Registered.\n\n${describe(client)}${secretNote(client)}`)
  })
}

function list(options: ListOptions): Promise<void> {
  return withClients(async clients => {
    const page = await clients.list(pageOf(options))
    print(options.json, page, () => {
      if (page.items.length === 0) return 'There are no clients.'
      const rows = page.items.map(client => [
        client.client_id,
        String(client.client_name ?? ''),
        String(client.token_endpoint_auth_method),
        firstOf(client.redirect_uris as string[]),
        issuedAt(client),
      ])
      const headings = ['client_id', 'name', 'authentication', 'redirect URIs', 'registered']
      return table(headings, rows) + more('clients list', page.cursor)
    })
  })
}

function show(id: string, { json }: JsonOption): Promise<void> {
  return withClients(async clients => {
    const client = await clients.show(id)
    print(json, client, () => describe(client))
  })
}

function update(id: string, options: ClientOptions): Promise<void> {
  const changes = metadataOf(options)
  if (Object.keys(changes).length === 0) {
    throw new UsageError('Nothing to change was named: see latchkey clients update --help.')
  }
  return withClients(async clients => {
    const client = await clients.update(id, changes, ORIGIN)
    warnOfIgnored(changes, client)
    print(options.json, client, () => `Changed.\n\n${describe(client)}`)
  })
}

function rotateSecret(id: string, { json }: JsonOption): Promise<void> {
  return withClients(async clients => {
    const client = await clients.rotateSecret(id, ORIGIN)
    print(json, client, () => {
      const until = time(Date.now() + SECRET_OVERLAP)
      return `client_secret  ${client.client_secret}${secretNote(client)} The one before it works until ${until}.`
    })
  })
}

function remove(id: string, { json, yes }: JsonOption & { yes?: boolean }): Promise<void> {
  if (!yes && !isInteractive()) throw new UsageError('There is no terminal to ask on: add --yes to remove the client.')
  return withClients(async clients => {
    const client = await clients.show(id)
    if (!yes && !(await confirm(`Remove ${printable(String(client.client_name ?? id))}?`))) {
      throw new CommandError('Nothing was changed.')
    }
    await clients.remove(id, ORIGIN)
    print(json, { client_id: id, removed: true }, () => `Removed ${id}.`)
  })
}

/** RFC 7591, section 2: unknown metadata is ignored. Whoever typed it should know. */
function warnOfIgnored(wanted: Metadata, client: ClientView): void {
  const ignored = Object.keys(wanted).filter(key => wanted[key] !== undefined && !(key in client))
  if (ignored.length > 0)
    process.stderr.write(`Ignored, as the provider knows no such metadata: ${ignored.join(', ')}\n`)
}

/** What a person looks for comes first; what the provider fills in as empty or switched off is left out. */
function describe({ client_id_issued_at: _at, client_secret_expires_at: _never, ...client }: ClientView): string {
  const { client_id, client_secret, client_name, redirect_uris, ...rest } = client
  const own: readonly string[] = OWN_METADATA
  const says = ([key, value]: [string, unknown]) =>
    Array.isArray(value) ? value.length > 0 : value !== false || own.includes(key)
  return facts({
    client_id,
    client_secret,
    client_name,
    ...Object.fromEntries(Object.entries({ redirect_uris, ...rest }).filter(says)),
  })
}

function firstOf([first = '', ...others]: string[]): string {
  return others.length > 0 ? `${first} and ${others.length} more` : first
}

function secretNote({ client_secret: secret }: ClientView): string {
  return secret ? '\n\nThe secret is shown this once: only its hash is kept.' : ''
}

function issuedAt({ client_id_issued_at: seconds }: ClientView): string {
  return time(Number(seconds) * 1000)
}
