// Where upstreams send people back to: one address for each, since that is what is registered with them. It decides
// nothing: the state names the attempt, whose own page looks at all of it, in the browser that holds the attempt's cookie.
import Router from '@koa/router'
import type { Context } from 'koa'
import { Refused } from '../lib/errors.ts'
import { formOf, queryOf, readBody, type Form } from '../lib/web/form.ts'
import type { Config } from '../lib/config/schema.ts'
import { upstreamMethodId } from '../methods/upstream/upstream.ts'

/** The attempt's id, and a secret: see beginExchange. */
const STATE = /^([\w-]{1,64})\.[\w-]{43}$/
/** What an upstream may say of a person beside them belongs into no address of ours. */
const TAKEN_ALONG = ['code', 'state', 'iss', 'error']

/** The post is another site's, without cookies: Apple's `response_mode=form_post`. So it stands before the same-origin gate. */
export function upstreamCallbacks({ upstreams }: Pick<Config, 'upstreams'>): Router {
  const router = new Router({ prefix: '/upstream/:upstream/callback', sensitive: true })
  const lead = (ctx: Context, id: string, form: Form): void => {
    const [, attempt] = STATE.exec(form.text('state')) ?? []
    const upstream = upstreams.find(one => one.id === id)
    if (!attempt || !upstream) {
      const hint = 'This sign-in did not begin here, or is too old. Go back to the app, and try again.'
      throw new Refused('upstream.unknown_state', { hint })
    }
    const query = new URLSearchParams(
      TAKEN_ALONG.filter(name => form.text(name)).map((name): [string, string] => [name, form.text(name)]),
    )
    ctx.set('Cache-Control', 'no-store')
    ctx.redirect(`/signin/${attempt}/prove/${upstreamMethodId(upstream)}/return?${query}`)
    ctx.status = 303
  }
  router.get('/', ctx => lead(ctx, ctx.params.upstream!, queryOf(ctx)))
  router.post('/', readBody, ctx => lead(ctx, ctx.params.upstream!, formOf(ctx)))
  return router
}
