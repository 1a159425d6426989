// Where upstreams send people back to: one address for each, since that is what is registered with them. It decides
// nothing: the state names the attempt, or the account console, whose own page looks at all of it, in the browser that
// holds the cookie of that.
import Router from '@koa/router'
import type { Context } from 'koa'
import { Refused } from '../lib/errors.ts'
import { formOf, queryOf, readBody, type Form } from '../lib/web/form.ts'
import type { Config } from '../lib/config/schema.ts'
import { AT_ACCOUNT, beganAt } from '../methods/upstream/states.ts'
import { upstreamMethodId } from '../methods/upstream/upstream.ts'
import { linkReturnUrl } from '../oidc/consoles/console-clients.ts'

/** What an upstream may say of a person beside them belongs into no address of ours. */
const TAKEN_ALONG = ['code', 'state', 'iss', 'error']

/** The post is another site's, without cookies: Apple's `response_mode=form_post`. So it stands before the same-origin gate. */
export function upstreamCallbacks({ upstreams }: Pick<Config, 'upstreams'>): Router {
  const router = new Router({ prefix: '/upstream/:upstream/callback', sensitive: true })
  const lead = (ctx: Context, id: string, form: Form): void => {
    const began = beganAt(form.text('state'))
    const upstream = upstreams.find(one => one.id === id)
    if (!began || !upstream) {
      throw new Refused('upstream.unknown_state', { says: 'upstream.not_begun' })
    }
    const query = new URLSearchParams(
      TAKEN_ALONG.filter(name => form.text(name)).map((name): [string, string] => [name, form.text(name)]),
    )
    ctx.set('Cache-Control', 'no-store')
    const method = upstreamMethodId(upstream)
    const page = began === AT_ACCOUNT ? linkReturnUrl(method) : `/signin/${began}/prove/${method}/return`
    ctx.redirect(`${page}?${query}`)
    ctx.status = 303
  }
  router.get('/', ctx => lead(ctx, ctx.params.upstream!, queryOf(ctx)))
  router.post('/', readBody, ctx => lead(ctx, ctx.params.upstream!, formOf(ctx)))
  return router
}
