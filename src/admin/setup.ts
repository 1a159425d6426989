// The one-time link that sets up the first administrator of a new installation.
import Router from '@koa/router'
import type { Accounts } from '../core/accounts/accounts.ts'
import { canonicalEmail, canonicalName, canonicalUsername } from '../core/accounts/names.ts'
import type { Events } from '../core/events/events.ts'
import type { Invitation, Invitations } from '../core/links/invitations.ts'
import { Refused } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import type { Views } from '../lib/views.ts'
import type { PageContext } from '../lib/web/context.ts'
import { formOf, readBody, type Form } from '../lib/web/form.ts'
import { contentSecurityPolicy } from '../lib/web/edge/headers.ts'
import { languageOf, languageOnPage } from '../lib/web/browser/language.ts'
import type { MethodServices } from '../methods/method.ts'
import { STRENGTH_SCRIPT } from '../methods/password/meter.ts'
import { minLengthFor, newPassword, type Newcomer } from '../methods/password/rules.ts'
import { removePassword, storePassword } from '../methods/password/set.ts'

export interface SetupServices extends MethodServices {
  accounts: Accounts
  invitations: Invitations
  events: Events
  views: Views
}

export const SETUP_PATH = '/invite'

export function setupRoutes(services: SetupServices): Router {
  const router = new Router({ prefix: SETUP_PATH, sensitive: true })
  router.get('/:secret', ctx => show(services, ctx as PageContext))
  router.post('/:secret', readBody, ctx => submit(services, ctx as PageContext))
  return router
}

async function show(
  services: SetupServices,
  ctx: PageContext,
  refused?: { error: Refused; form: Form },
): Promise<void> {
  const { invitations, accounts, views } = services
  const invitation = await invitations.find(ctx.params.secret!)
  if (!invitation || (await accounts.hasAdmin())) throw gone()
  const { error, form } = refused ?? {}
  ctx.status = error?.status ?? 200
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Content-Security-Policy', contentSecurityPolicy({ ownScript: true }))
  ctx.body = views.render('setup/setup', {
    page: {
      ...languageOnPage(ctx),
      script: STRENGTH_SCRIPT,
      ...(error ? { traceId: ctx.state.traceId as string } : {}),
    },
    action: ctx.path,
    values: {
      email: form?.text('email') ?? '',
      name: form?.text('name') ?? '',
      username: form?.text('username') ?? '',
    },
    errors: error ? { [error.field ?? 'form']: error.wordsIn(languageOf(ctx)) } : {},
    minLength: await minLengthFor(services, { roles: invitation.roles }),
  })
}

async function submit(services: SetupServices, ctx: PageContext): Promise<void> {
  const form = formOf(ctx)
  try {
    const email = await createAdministrator(services, ctx, form)
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = services.views.render('setup/done', { page: languageOnPage(ctx), email })
  } catch (error) {
    if (!(error instanceof Refused) || error.code === 'invitation.gone') throw error
    await show(services, ctx, { error, form })
  }
}

/** @returns the new administrator's address */
async function createAdministrator(services: SetupServices, ctx: PageContext, form: Form): Promise<string> {
  const { invitations, accounts, events } = services
  const secret = ctx.params.secret!
  const email = canonicalEmail(form.text('email'))
  const username = form.text('username').trim() ? canonicalUsername(form.text('username')) : undefined
  const name = canonicalName(form.text('name'))
  const profile = name ? { name } : {}
  // Each start without an administrator prints another link; the first that is used ends them all.
  const invited = await findSetup(invitations, secret)
  if (!invited || (await accounts.hasAdmin())) throw gone()
  const newcomer: Newcomer = { email, ...(username ? { username } : {}), profile, roles: invited.roles }
  const password = await newPassword(services, form.text('password'), newcomer)

  const id = newId()
  const origin = { address: ctx.ip, userAgent: ctx.get('user-agent').slice(0, 300), traceId: ctx.state.traceId }
  const entry = { type: 'account.registered', ...origin, accountId: id, details: { by: 'admin' } } as const
  const invitation = await invitations.use(invited.id, id, { address: origin.address, userAgent: origin.userAgent })
  if (!invitation) throw gone()
  try {
    // Written first, so that no act is without its entry.
    await events.emit(entry)
    for (const role of invitation.roles) {
      await events.emit({ type: 'role.assigned', ...origin, accountId: id, details: { role } })
    }
    await storePassword(services, id, password)
    await accounts.create({
      id,
      email,
      // Whoever can read the server's output or its store is trusted to know their own address.
      emailVerified: true,
      ...(username ? { username } : {}),
      profile,
      roles: invitation.roles,
    })
  } catch (error) {
    await removePassword(services, id)
    await invitations.giveBack(invited.id, id)
    if (error instanceof Refused) await events.emit({ ...entry, outcome: 'failure' })
    throw error
  }
  return email
}

/** One that is bound to an address makes an account, and no administration. */
async function findSetup(invitations: Invitations, secret: string): Promise<Invitation | undefined> {
  const invitation = await invitations.find(secret)
  return invitation?.email === undefined ? invitation : undefined
}

function gone(): Refused {
  return new Refused('invitation.gone', { status: 410, heading: 'errors:invitation.heading' })
}
