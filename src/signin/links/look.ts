import type { Client } from 'oidc-provider'
import type { Account } from '../../core/accounts/account.ts'
import { whyNot, type AccountPurpose, type WantedLink } from '../../core/links/links.ts'
import { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { Stale } from '../attempt/open.ts'
import type { SignInServices } from '../services.ts'
import { keptToken } from './kept.ts'

export interface Looked {
  account: Account | undefined
  client: Client | undefined
  /** What it has to be, to be used here. */
  wanted: WantedLink
  /** Why it does not count. */
  refused: Refused | undefined
}

/** The link, made for somebody, that this browser has opened. Looking uses nothing up. @throws Stale without the cookie */
export async function look(services: SignInServices, ctx: PageContext, purpose: AccountPurpose): Promise<Looked> {
  const token = keptToken(services, ctx)
  if (token === '') throw new Stale('no_cookie')
  const link = await services.links.find(token)
  const [account, client] = await Promise.all([
    services.accounts.get(link?.accountId ?? 'nobody'),
    services.provider().Client.find(link?.clientId ?? ''),
  ])
  const wanted: WantedLink = { purpose, attemptId: undefined, account, address: ctx.ip }
  return { account, client, wanted, refused: whyNot(link, wanted) ?? (client ? undefined : noApp()) }
}

export function noApp(): Refused {
  return new Refused('link.no_client', { status: 410 })
}
