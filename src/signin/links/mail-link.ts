// What an app has mailed, to whom it would do something. What it can do there, nobody but who reads the mailbox can do with it.
import type { Client } from 'oidc-provider'
import type { Account } from '../../core/accounts/account.ts'
import { inMailOf } from '../../core/accounts/language.ts'
import { closed, mayRegister } from '../../core/accounts/registration.ts'
import type { AccountPurpose } from '../../core/links/links.ts'
import { makeInvitation } from '../../core/links/make-invitation.ts'
import { makeLink } from '../../core/links/make-link.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { madeAddress } from '../../methods/magic-link/address.ts'
import { originOf } from '../attempt/page.ts'
import { postInvitation } from '../registration/mails.ts'
import type { SignInServices } from '../services.ts'
import { placeOf } from './kept.ts'
import { LINK_PAGES } from './pages.ts'

interface Wanted {
  /** Canonical. */
  address: string
  /** Seconds. */
  lasts: number
}

/** @returns the link's id; undefined where nothing was sent */
export async function mailLink(
  services: SignInServices,
  ctx: PageContext,
  client: Client,
  { purpose, address, lasts }: Wanted & { purpose: AccountPurpose },
): Promise<string | undefined> {
  const { config, postbox } = services
  const account = await services.accounts.byIdentifier(address)
  if (!account || !isFor(purpose, account)) return undefined
  const wanted = { purpose, account, clientId: client.clientId, lasts, maxUses: 1, createdBy: nameOf(client), sent: 1 }
  const { token, link } = await makeLink(services, { ...wanted, from: placeOf(ctx) }, originOf(ctx, client))
  await postbox.post(account.email, LINK_PAGES[purpose].mail, {
    ...inMailOf(account),
    brandName: config.name,
    clientName: client.clientName ?? client.clientId,
    link: madeAddress(config, token),
    until: link.endsAt,
  })
  return link.id
}

/**
 * To who has no account. It gives no role: what somebody may do here is for an administrator to say, not for an app.
 * @throws Refused `registration.closed`, 403
 */
export async function mailInvitation(
  services: SignInServices,
  ctx: PageContext,
  client: Client,
  { address, lasts }: Wanted,
): Promise<string | undefined> {
  if (!mayRegister(services.config, true)) throw closed()
  if (await services.accounts.byIdentifier(address)) return undefined
  const { clientId, clientName } = client
  const wanted = { email: address, roles: [], clientId, createdBy: nameOf(client), lasts, sent: 1 }
  const made = await makeInvitation(services, wanted, originOf(ctx, client))
  await postInvitation(services, made, clientName)
  return made.invitation.id
}

/** Whether it would do anything for this account. A mailbox that nobody has proven is no way to sign in. */
function isFor(purpose: AccountPurpose, account: Account): boolean {
  if (account.status !== 'active') return false
  return (purpose === 'verify') !== account.emailVerified
}

function nameOf({ clientId }: Client): string {
  return `client ${clientId}`
}
