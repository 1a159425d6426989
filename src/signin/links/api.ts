// `POST /api/v1/links`: an app with the right to has a link mailed to somebody. The link goes to the account's address and to
// nobody else: whoever holds it can be that person, so the app, or who has its secret, must never see it.
import Router from '@koa/router'
import type { Client } from 'oidc-provider'
import { z } from 'zod'
import { standing, type Account } from '../../core/accounts/account.ts'
import { inMailOf } from '../../core/accounts/language.ts'
import { canonicalEmail } from '../../core/accounts/names.ts'
import { LINK_PURPOSES, type LinkPurpose } from '../../core/links/links.ts'
import { rules } from '../../core/limits/rules.ts'
import { makeLink } from '../../core/links/make-link.ts'
import { Refused } from '../../lib/errors.ts'
import { newId, sha256 } from '../../lib/ids.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { answeredAsJson, jsonOf, readJson } from '../../lib/web/json.ts'
import { madeAddress } from '../../methods/magic-link/address.ts'
import { linkPurposesOf, LINKS_SCOPE } from '../../oidc/tokens/resources.ts'
import { clientOfToken } from '../../oidc/web/api-token.ts'
import { originOf } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import { placeOf } from './kept.ts'
import { LONGEST, SHORTEST } from './lasting.ts'
import { LINK_PAGES, MADE_FOR } from './pages.ts'

const bodySchema = z.strictObject({
  purpose: z.enum(LINK_PURPOSES),
  email: z.string().max(320),
  /** Seconds. */
  expires_in: z.int().min(SHORTEST).max(LONGEST).default(3600),
})

export function linkApiRoutes(services: SignInServices): Router {
  const router = new Router({ prefix: '/api/v1/links', sensitive: true })
  router.post('/', answeredAsJson, readJson, ctx => send(services, ctx as PageContext))
  return router
}

/** Answers 202 alike for an address that nobody has: an app does not find out here who has an account. */
async function send(services: SignInServices, ctx: PageContext): Promise<void> {
  const client = await clientOfToken(services, ctx, LINKS_SCOPE)
  const { purpose, email, expires_in: lasts } = jsonOf(ctx, bodySchema)
  requireRight(client, purpose)
  const address = canonicalEmail(email)
  await services.limits.count(rules.linksOfClient, client.clientId)
  await services.limits.count(rules.linksToAddress, `${client.clientId}:${sha256(address)}`)
  const account = await services.accounts.byIdentifier(address)
  const id =
    account && isFor(purpose, account) ? await mail(services, ctx, client, { purpose, account, lasts }) : newId()
  ctx.status = 202
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { id, purpose, expires_in: lasts }
}

async function mail(
  services: SignInServices,
  ctx: PageContext,
  client: Client,
  { purpose, account, lasts }: { purpose: LinkPurpose; account: Account; lasts: number },
): Promise<string> {
  const { config, postbox } = services
  const { clientId, clientName = clientId } = client
  const wanted = { purpose, account, clientId, lasts, maxUses: 1, createdBy: `client ${clientId}`, sent: 1 }
  const { token, link } = await makeLink(services, { ...wanted, from: placeOf(ctx) }, originOf(ctx, client))
  await postbox.post(account.email, LINK_PAGES[purpose]!.mail, {
    ...inMailOf(account),
    brandName: config.name,
    clientName,
    link: madeAddress(config, token),
    until: link.endsAt,
  })
  return link.id
}

/** Whether it would do anything for this account. A mailbox that nobody has proven is no way to sign in. */
function isFor(purpose: LinkPurpose, account: Account): boolean {
  if (!standing(account, Date.now() / 1000 + 1)) return false
  return (purpose === 'verify') !== account.emailVerified
}

function requireRight(client: Client, purpose: LinkPurpose): void {
  if (!linkPurposesOf(client).includes(purpose)) {
    throw new Refused('link.purpose', {
      status: 403,
      hint: `This client may make no links to ${purpose}: see link_purposes.`,
    })
  }
  if (!MADE_FOR.includes(purpose)) {
    throw new Refused('link.purpose', {
      hint: `No link can be made to ${purpose} here; expected ${MADE_FOR.join(', ')}.`,
    })
  }
  if (purpose === 'sign-in' && !client.initiateLoginUri && !client.clientUri) {
    const hint = 'This client has no address that a link could lead to: it needs an initiate_login_uri or a client_uri.'
    throw new Refused('link.nowhere', { hint })
  }
}
