// What a request of the mailed link's page is about.
import type { Client } from 'oidc-provider'
import type { Account } from '../../core/accounts/account.ts'
import { whyNot, type Link, type WantedLink } from '../../core/links/links.ts'
import { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { keptToken } from '../links/kept.ts'
import { Stale } from '../attempt/open.ts'
import { openPage, type Page } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import { waysBack, type Ways } from './ways.ts'

interface Opened {
  client: Client | undefined
  /** The attempt in which it was asked for, in its own browser and while it can be gone on with. */
  own: Page | undefined
}

/** A link that counts. */
export interface Usable extends Opened {
  link: Link
  account: Account
  wanted: WantedLink
  ways: Ways
}

/** One that does not. */
export interface Unusable extends Opened {
  refused: Refused
}

/** @throws Stale without the cookie: then there is no telling what was opened */
export async function look(services: SignInServices, ctx: PageContext): Promise<Usable | Unusable> {
  const token = keptToken(services, ctx)
  if (token === '') throw new Stale('no_cookie')
  const [link, own] = await Promise.all([services.links.find(token), ownPage(services, ctx)])
  const [account, client] = await Promise.all([
    services.accounts.get(link?.accountId ?? 'nobody'),
    own?.client ?? services.provider().Client.find(link?.clientId ?? ''),
  ])
  const wanted: WantedLink = { purpose: 'reset', attemptId: ctx.params.uid, account, address: ctx.ip }
  const refused = whyNot(link, wanted)
  if (refused) return { refused, client, own }
  const ways = await waysBack(services, account!, { client, own })
  if (!ways.password && !ways.passkey) return { refused: noWay(), client, own }
  return { link: link!, account: account!, client, own, wanted, ways }
}

function noWay(): Refused {
  return new Refused('recovery.no_way', { status: 403 })
}

/** The link outlives the sign-in that it was asked in: it then works as in any other browser. One that was made has none. */
async function ownPage(services: SignInServices, ctx: PageContext): Promise<Page | undefined> {
  if (ctx.params.uid === undefined) return undefined
  try {
    return await openPage(services, ctx)
  } catch (error) {
    if (error instanceof Stale) return undefined
    throw error
  }
}
