import type { Command } from 'commander'
import { loadConfig } from '../lib/config/load.ts'
import { declarations } from '../oidc/declarations.ts'
import { durableAmong } from '../storage/layers/joined.ts'
import { inspectStore } from '../storage/schema/inspect.ts'
import { openStore } from '../storage/open.ts'
import { isComplete, isUpToDate, type CollectionState, type StoreState } from '../storage/schema/state.ts'
import { STORE_FORMAT } from '../storage/schema/versions.ts'
import { requireShared } from './support/open.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { print, table } from './support/print.ts'

const ABOUT = `
Changes only add (collections, indexed fields, indexes), so an older program goes on working on
a newer store, and going back needs no step of its own. A server does the same at its start;
\`up\` beforehand makes a long filling-in happen before the new version starts.`

export function define(migrate: Command): void {
  withJson(migrate.command('status'))
    .description('say what the schema of the store is, and what this program would add; changes nothing')
    .addHelpText('after', ABOUT)
    .action(status)
  withJson(migrate.command('up'))
    .description('add what is missing, while servers run')
    .addHelpText('after', ABOUT)
    .action(up)
}

async function status({ json }: JsonOption): Promise<void> {
  const state = await inspect()
  print(json, { ...state, knownFormat: STORE_FORMAT, upToDate: isUpToDate(state) }, () => describe(state))
}

async function up({ json }: JsonOption): Promise<void> {
  const before = await inspect()
  const { store, redis } = loadConfig()
  await (await openStore(store, declarations, redis)).close()
  const after = await inspect()
  const added = changesIn(before)
  print(json, { upToDate: isUpToDate(after), added }, () =>
    isUpToDate(before) ? 'Nothing was missing.' : `${tableOf(added)}\n\nAdded.`,
  )
}

function inspect(): Promise<StoreState> {
  const config = loadConfig()
  requireShared(config)
  return inspectStore(config.store, durableAmong(declarations, config.redis))
}

function describe(state: StoreState): string {
  const { engine, format } = state
  if (format === undefined)
    return `There is no store yet (${engine}): \`latchkey migrate up\`, or the first start, makes it.`
  const lines = [`${engine}, format ${format}; this program knows ${STORE_FORMAT}.`]
  if (format > STORE_FORMAT) lines.push('The store needs a newer Latchkey: this one will not open it.')
  const newer = state.collections.filter(({ newerFields }) => newerFields.length > 0)
  if (newer.length > 0) {
    const fields = newer.flatMap(({ name, newerFields }) => newerFields.map(field => `${name}.${field}`))
    lines.push(`A newer program has added ${fields.join(', ')}; this one works beside it.`)
  }
  lines.push(
    isUpToDate(state) ? 'Nothing is missing.' : `\`latchkey migrate up\` adds:\n\n${tableOf(changesIn(state))}`,
  )
  return lines.join('\n')
}

function changesIn({ collections }: StoreState): CollectionState[] {
  return collections.filter(collection => !isComplete(collection))
}

function tableOf(collections: readonly CollectionState[]): string {
  const rows = collections.map(({ name, version, missingFields, missingIndexes, toFill }) => [
    version === undefined ? `${name} (new)` : name,
    missingFields.join(' '),
    missingIndexes.join(' '),
    toFill > 0 ? String(toFill) : '',
  ])
  return table(['collection', 'fields', 'indexes', 'documents to fill'], rows)
}
