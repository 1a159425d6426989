// The console in which people look after their own account.
import Router from '@koa/router'
import type { PageContext } from '../lib/web/context.ts'
import { ACCOUNT_CONSOLE, linkReturnUrl } from '../oidc/consoles/console-clients.ts'
import { callback } from './callback.ts'
import { askAddress, confirmAddress, showAddress, showConfirm } from './details/address.ts'
import { close, showClose } from './details/close.ts'
import { showDetails } from './details/details.ts'
import { ADDRESS, CLOSE, DETAILS, UNDO, USERNAME } from './details/paths.ts'
import { showUndo, undo } from './details/undo.ts'
import { changeUsername, showUsername } from './details/username.ts'
import { readBody } from '../lib/web/form.ts'
import type { AccountPage, AccountSubmission } from './opened.ts'
import { change, changeForm, page } from './page.ts'
import { add, showAdd } from './security/add.ts'
import { remove, rename, showRemove, showRename } from './security/credential.ts'
import { FORGET, forgetDevices } from './security/devices.ts'
import { finishLink, link, showLink } from './security/link.ts'
import { showSecurity } from './security/security.ts'
import { SECURITY } from './security/ways.ts'
import type { AccountServices } from './services.ts'

type Show = (page: AccountPage) => Promise<void>
type Handle = (submission: AccountSubmission) => Promise<void>

export function accountRoutes(services: AccountServices): Router {
  const router = new Router({ sensitive: true, strict: true })
  const { path } = ACCOUNT_CONSOLE
  type Handler = (ctx: PageContext) => Promise<void>
  const get = (at: string, handle: Handler) => router.get(at, ctx => handle(ctx as PageContext))

  // The bare addresses of registration and of getting back in: an attempt of this console's, for whoever comes from no app.
  get('/signup', ctx => services.console.begin(ctx, { returnTo: path, prompt: 'create' }))
  get('/recover', ctx => services.console.begin(ctx, { returnTo: path, screen: 'recover' }))
  get(`${path}/callback`, callback(services))
  get(path, async ctx => {
    ctx.redirect(`${path}/security`)
    ctx.status = 303
  })

  get(SECURITY, page(services, showSecurity))
  const form = (at: string, shown: Show, handle: Handle) => {
    get(at, changeForm(services, shown))
    router.post(at, readBody, ctx => change(services, handle)(ctx as PageContext))
  }
  get(DETAILS, page(services, showDetails))
  form(ADDRESS, showAddress, askAddress)
  form(`${ADDRESS}/:verification`, showConfirm, confirmAddress)
  form(USERNAME, showUsername, changeUsername)
  form(CLOSE, showClose, close)
  get(`${UNDO}/:token`, showUndo(services))
  router.post(`${UNDO}/:token`, readBody, ctx => undo(services)(ctx as PageContext))
  // Each of its forms is on the Security page: there is nothing more to say on a page of its own.
  get(FORGET, page(services, showSecurity))
  router.post(FORGET, readBody, ctx => change(services, forgetDevices)(ctx as PageContext))
  form(`${SECURITY}/:method/add`, showAdd, add)
  form(`${SECURITY}/:method/link`, showLink, link)
  get(linkReturnUrl(':method'), finishLink(services))
  form(`${SECURITY}/:method/:credential/name`, showRename, rename)
  form(`${SECURITY}/:method/:credential/remove`, showRemove, remove)
  return router
}
