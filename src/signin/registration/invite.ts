// The page of a mailed invitation. Opening it uses nothing up (mail scanners do that too): the person goes on by a button.
// That leaves the link's secret in a cookie of this browser, and leads to the app, which begins the sign-in.
import Router from '@koa/router'
import type { Next } from 'koa'
import type { Client } from 'oidc-provider'
import { closed, mayRegister } from '../../core/accounts/registration.ts'
import { invitationGone, stateOf, type Invitation } from '../../core/links/invitations.ts'
import { webUrl } from '../../lib/views.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { readBody } from '../../lib/web/form.ts'
import { cookieName } from '../browser/device-cookie.ts'
import { currentSession } from '../attempt/finish.ts'
import { placeOf } from '../links/kept.ts'
import { showLinkPage } from '../links/show.ts'
import { originOf, type Page } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'
import { goOn } from '../attempt/submission.ts'

/** Seconds, from accepting the invitation to the app's beginning of the sign-in. */
const LASTS = 3600
const NAME = 'latchkey_invitation'

export function inviteRoutes(services: SignInServices): Router {
  const router = new Router({ prefix: '/invite', sensitive: true })
  const get = handle(services, show)
  const post = handle(services, accept)
  router.get('/:secret', (ctx, next) => get(ctx as PageContext, next))
  router.post('/:secret', readBody, (ctx, next) => post(ctx as PageContext, next))
  return router
}

type Handler = (services: SignInServices, ctx: PageContext, invitation: Invitation) => Promise<void>

/** Those without an address are the first administrator's, and have a page of their own. */
function handle(services: SignInServices, work: Handler) {
  return async (ctx: PageContext, next: Next): Promise<void> => {
    const invitation = await services.invitations.bySecret(ctx.params.secret!)
    if (!invitation?.email) return next()
    if (stateOf(invitation, Date.now()) !== 'open') throw invitationGone(invitation)
    if (!mayRegister(services.config, true)) throw closed()
    if (ctx.method === 'GET') await services.invitations.noteOpened(invitation.id, placeOf(ctx))
    await work(services, ctx, invitation)
  }
}

async function show(
  services: SignInServices,
  ctx: PageContext,
  { email, clientId, endsAt }: Invitation,
): Promise<void> {
  const session = await currentSession(services, ctx)
  const other = session?.accountId ? await services.accounts.get(session.accountId) : undefined
  const known = await services.accounts.byIdentifier(email!)
  showLinkPage(services, ctx, await clientOf(services, clientId), 'signin/invited', {
    action: ctx.path,
    email,
    until: endsAt,
    hasAccount: known !== undefined,
    ...(other ? { otherEmail: other.email } : {}),
  })
}

async function accept(services: SignInServices, ctx: PageContext, { clientId }: Invitation): Promise<void> {
  const client = await clientOf(services, clientId)
  // The app would otherwise be let in as whoever is signed in here.
  const session = await currentSession(services, ctx)
  if (session?.accountId) await services.endSession(session.uid, originOf(ctx, client))
  ctx.cookies.set(cookieName(services, NAME), ctx.params.secret, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: LASTS * 1000,
  })
  const clientUrl = webUrl(client?.clientUri)
  if (client && !client.initiateLoginUri && clientUrl)
    return showLinkPage(services, ctx, client, 'signin/invited-ready', { clientUrl })
  ctx.redirect(client?.initiateLoginUri ? initiation(services, client.initiateLoginUri) : '/signup')
  ctx.status = 303
}

/** OpenID Connect Core 1.0, section 4. */
function initiation({ config }: SignInServices, address: string): string {
  const url = new URL(address)
  url.searchParams.set('iss', config.issuer)
  return url.href
}

/** The app may have gone meanwhile: the account console is always there. */
async function clientOf(services: SignInServices, clientId: string | undefined): Promise<Client | undefined> {
  return clientId ? services.provider().Client.find(clientId) : undefined
}

/** Goes on to the registration of who was invited, if this browser has accepted one. @returns whether it has answered */
export async function takeInvitation(page: Page): Promise<boolean> {
  const { services, ctx, step, attempt } = page
  const secret = ctx.cookies.get(cookieName(services, NAME), { signed: true })
  if (!secret || attempt.invitation || (step.kind !== 'identify' && step.kind !== 'register')) return false
  ctx.cookies.set(cookieName(services, NAME), null, { path: '/' })
  const invitation = await services.invitations.find(secret)
  if (!invitation?.email) return false
  const { id, email } = invitation
  await goOn(page, known => (known.accountId ? undefined : { ...known, invitation: { id, email } }))
  return true
}
