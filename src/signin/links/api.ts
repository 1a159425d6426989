// `POST /api/v1/links`: an app with the right to has a link mailed to somebody. The link goes to the account's address and to
// nobody else: whoever holds it can be that person, so the app, or who has its secret, must never see it.
import Router from '@koa/router'
import type { Client } from 'oidc-provider'
import { z } from 'zod'
import { canonicalEmail } from '../../core/accounts/names.ts'
import { LINK_PURPOSES, type LinkPurpose } from '../../core/links/links.ts'
import { rules } from '../../core/limits/rules.ts'
import { Refused } from '../../lib/errors.ts'
import { newId, sha256 } from '../../lib/ids.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { answeredAsJson, jsonOf, readJson } from '../../lib/web/json.ts'
import { linkPurposesOf, LINKS_SCOPE } from '../../oidc/tokens/resources.ts'
import { clientOfToken } from '../../oidc/web/api-token.ts'
import type { SignInServices } from '../services.ts'
import { LONGEST, SHORTEST } from './lasting.ts'
import { mailInvitation, mailLink } from './mail-link.ts'

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

/** Answers 202 alike whether or not the address has an account: an app does not find out here who has one. */
async function send(services: SignInServices, ctx: PageContext): Promise<void> {
  const client = await clientOfToken(services, ctx, LINKS_SCOPE)
  const { purpose, email, expires_in: lasts } = jsonOf(ctx, bodySchema)
  requireRight(client, purpose)
  const address = canonicalEmail(email)
  await services.limits.count(rules.linksOfClient, client.clientId)
  await services.limits.count(rules.linksToAddress, `${client.clientId}:${sha256(address)}`)
  const id =
    purpose === 'invite'
      ? await mailInvitation(services, ctx, client, { address, lasts })
      : await mailLink(services, ctx, client, { purpose, address, lasts })
  ctx.status = 202
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { id: id ?? newId(), purpose, expires_in: lasts }
}

function requireRight(client: Client, purpose: LinkPurpose): void {
  if (!linkPurposesOf(client).includes(purpose)) {
    throw new Refused('link.purpose', {
      status: 403,
      hint: `This client may make no links to ${purpose}: see link_purposes.`,
    })
  }
  const leadsThere = purpose === 'sign-in' || purpose === 'invite'
  if (leadsThere && !client.initiateLoginUri && !client.clientUri) {
    const hint = 'This client has no address that a link could lead to: it needs an initiate_login_uri or a client_uri.'
    throw new Refused('link.nowhere', { hint })
  }
}
