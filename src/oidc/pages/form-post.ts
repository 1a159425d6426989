// The page that posts the answer to an app (OAuth 2.0 Form Post Response Mode), in our design: people without JavaScript
// read it, and press its button.
import type { Context, Middleware } from 'koa'
import type { Views } from '../../lib/views.ts'
import { contentSecurityPolicy } from '../../lib/web/edge/headers.ts'
import { clientOnPage } from './client-on-page.ts'
import { languageAtProvider } from './language.ts'
import type { KoaContextWithOIDC } from 'oidc-provider'

const LIBRARYS = '<title>Submitting Callback</title>'
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** The library has no setting for this page; so what it would post is read off the page that it made. */
export function formPostPage(views: Views): Middleware {
  return async (ctx, next) => {
    await next()
    if (typeof ctx.body !== 'string' || !ctx.body.includes(LIBRARYS)) return
    const [, action = ''] = /<form method="post" action="([^"]*)">/.exec(ctx.body) ?? []
    const inputs = [...ctx.body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g)]
    const fields = inputs.map(([, name = '', value = '']) => ({ name, value: plain(value) }))
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Content-Security-Policy', contentSecurityPolicy({ leadsAway: true, ownScript: true }))
    const { client } = (ctx as Context & KoaContextWithOIDC).oidc
    const { here: _, ...language } = languageAtProvider(ctx as Context & KoaContextWithOIDC)
    const page = { ...language, ...clientOnPage(client) }
    ctx.body = views.render('oidc/form-post', { page, action: plain(action), fields })
  }
}

function plain(escaped: string): string {
  return escaped.replace(/&([a-z]+|#\d+);/g, (entity, name: string) => ENTITIES[name] ?? entity)
}
