import type { Command } from 'commander'
import type { KeyFacts } from '../oidc/keys/keys.ts'
import { ORIGIN, withStore } from './support/open.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { print, table, time } from './support/print.ts'

export function define(keys: Command): void {
  withJson(keys.command('list')).description('list the published keys').action(list)
  withJson(keys.command('rotate'))
    .description('publish new keys, which sign in a minute in the place of today’s')
    .action(rotate)
}

function list({ json }: JsonOption): Promise<void> {
  return withStore(async ({ keys }) => {
    const items = await keys.list()
    print(json, { items }, () => tableOf(items))
  })
}

function rotate({ json }: JsonOption): Promise<void> {
  return withStore(async ({ keys, events }) => {
    const kids = await keys.rotate(made => events.emit({ type: 'keys.rotated', ...ORIGIN, details: { kids: made } }))
    const items = (await keys.list()).filter(({ kid }) => kids.includes(kid))
    print(
      json,
      { items },
      () => `Published. Those before stay published while what they signed may be shown.\n\n${tableOf(items)}`,
    )
  })
}

function tableOf(items: readonly KeyFacts[]): string {
  const rows = items.map(({ kid, type, state, signsFrom, publishedUntil }) => [
    kid,
    type,
    state,
    time(signsFrom),
    publishedUntil ? time(publishedUntil) : '',
  ])
  return table(['kid', 'type', 'state', 'signs from', 'published until'], rows)
}
