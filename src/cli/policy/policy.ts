import type { Command } from 'commander'
import {
  checkSettings,
  createPolicies,
  nameOfScope,
  type PolicyChange,
  type PolicyScope,
} from '../../core/policy/policies.ts'
import type { Overrides } from '../../core/policy/resolve.ts'
import { settingsSchema, type Settings } from '../../core/policy/settings.ts'
import { findClient } from '../../oidc/clients/client-record.ts'
import { isConsole } from '../../oidc/consoles/console-clients.ts'
import { CommandError } from '../support/failure.ts'
import { ORIGIN, withStore, type Opened } from '../support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from '../support/options.ts'
import { scopeOf, settingsIn, shownSetting, withScope, type ScopeOptions } from './options.ts'
import { more, print, table, time } from '../support/print.ts'

const SETTINGS = `
Settings, durations as 15m, 12h, 7d or in seconds:
${Object.entries(settingsSchema.shape)
  .map(([name, { description }]) => `  ${name.padEnd(24)}${description?.replace(/ Seconds\.$/, '')}`)
  .join('\n')}

What is set for everyone takes the configuration's place. Of what is set for a guard, a role
and a client, the strictest holds: \`latchkey debug policy\` says which.`

export function define(policy: Command): void {
  withJson(policy.command('show')).description('show what is set, and for whom').action(show)
  withScope(withJson(policy.command('set')))
    .argument('<key=value...>', 'settings, such as accessTokenTtl=10m; key= takes one back')
    .description('set single settings, and leave the others')
    .addHelpText('after', SETTINGS)
    .action(set)
  withPage(policy.command('history'))
    .description('show who changed what, from what to what, the newest first')
    .action(history)
}

function show({ json }: JsonOption): Promise<void> {
  return withStore(async ({ store }) => {
    const document = await createPolicies(store).current()
    print(json, document, () => {
      const rows = scopesIn(document).flatMap(([scope, settings]) => rowsOf(scope, settings))
      return rows.length === 0 ? 'Nothing is set: the configuration holds.' : table(['for', 'setting', 'value'], rows)
    })
  })
}

function set(pairs: string[], options: JsonOption & ScopeOptions): Promise<void> {
  const scope = scopeOf(options)
  const changes = settingsIn(pairs)
  checkSettings(scope, changes)
  return withStore(async ({ store, events }) => {
    const policies = createPolicies(store)
    await requireClient(store, scope, await policies.current())
    const name = nameOfScope(scope)
    await events.emit({ type: 'policy.changed', ...ORIGIN, details: { scope: name } })
    const document = await policies.amend(scope, changes, ORIGIN.actor)
    const settings = Object.fromEntries(scopesIn(document))[name] ?? {}
    print(options.json, { scope: name, settings }, () => {
      const rows = rowsOf(name, settings)
      return rows.length === 0 ? `Nothing is set for ${name} any more.` : table(['for', 'setting', 'value'], rows)
    })
  })
}

/** A mistyped id would protect nothing, and nobody would know. */
async function requireClient(store: Opened['store'], scope: PolicyScope, { clients }: Overrides): Promise<void> {
  if (scope.kind !== 'client' || Object.hasOwn(clients, scope.name) || isConsole(scope.name)) return
  if (await findClient(store, scope.name)) return
  throw new CommandError(`There is no client with the id ${scope.name}.`)
}

function history(options: ListOptions): Promise<void> {
  return withStore(async ({ store }) => {
    const page = await createPolicies(store).history(pageOf(options))
    print(options.json, page, () => {
      if (page.items.length === 0) return 'Nothing was ever set.'
      const rows = page.items.map(change => [time(change.at), change.actor, change.scope, changesIn(change)])
      return table(['time', 'by', 'for', 'changes'], rows) + more('policy history', page.cursor)
    })
  })
}

function scopesIn({ everyone, guards, roles, clients }: Overrides): [scope: string, settings: Settings][] {
  const narrow = Object.entries({ guard: guards, role: roles, client: clients }).flatMap(([kind, said]) =>
    Object.entries(said).map(([name, settings]): [string, Settings] => [`${kind} ${name}`, settings]),
  )
  return [['everyone', everyone], ...narrow]
}

function rowsOf(scope: string, settings: Settings): string[][] {
  return Object.entries(settings).map(([name, value]) => [scope, name, shownSetting(name, value)])
}

function changesIn({ before, after }: PolicyChange): string {
  const was = before as Record<string, unknown>
  const is = after as Record<string, unknown>
  const shown = (name: string, value: unknown) => (value === undefined ? 'not set' : shownSetting(name, value))
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter(name => was[name] !== is[name])
    .map(name => `${name}: ${shown(name, was[name])} → ${shown(name, is[name])}`)
    .join(', ')
}
