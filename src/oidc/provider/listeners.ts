// What the library tells by its own events, turned into audit entries and log lines. Its emitter does not wait, so what
// must be written before the answer goes out is kept with the request.
import type Provider from 'oidc-provider'
import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import type { EventDetails } from '../../core/events/catalog.ts'
import type { Events } from '../../core/events/events.ts'
import { Refused } from '../../lib/errors.ts'
import type { Log } from '../../lib/log.ts'
import { Unavailable } from '../../storage/port.ts'
import { originOf } from '../origin.ts'
import { answerUnavailable, keep } from './under-way.ts'
import { noteOutcome } from '../web/client-outcomes.ts'

export function listen(provider: Provider, events: Events, log: Log): void {
  provider.on('grant.success', ctx => {
    const grantType = String(ctx.oidc.params?.grant_type)
    const accountId = ctx.oidc.account?.accountId
    keep(
      ctx,
      events.emit({
        type: 'token.issued',
        ...originOf(ctx),
        ...(accountId ? { accountId } : {}),
        details: { grantType },
      }),
    )
  })
  provider.on('end_session.success', ctx => {
    const from = signedOutFrom(ctx.oidc.params?.logout)
    const accountId = ctx.oidc.session?.accountId
    keep(
      ctx,
      events.emit({
        type: 'signout.finished',
        ...originOf(ctx),
        ...(accountId ? { accountId } : {}),
        details: { from },
      }),
    )
  })
  provider.on('server_error', (ctx, error) => {
    if (error instanceof Refused) return
    if (error instanceof Unavailable) answerUnavailable(ctx)
    log.error({ ...traceOf(ctx), err: error, route: ctx.oidc.route }, 'the provider failed')
  })
  provider.on('interaction.started', ctx => noteOutcome(ctx, 'interaction'))
  const refused = (ctx: KoaContextWithOIDC, { error, error_description, error_detail }: errors.OIDCProviderError) => {
    noteOutcome(ctx, error)
    log.info(
      { ...traceOf(ctx), route: ctx.oidc.route, error, description: error_description, detail: error_detail },
      'refused',
    )
  }
  provider.on('authorization.error', refused)
  provider.on('grant.error', refused)
  provider.on('userinfo.error', refused)
  provider.on('introspection.error', refused)
  provider.on('revocation.error', refused)
  provider.on('pushed_authorization_request.error', refused)
  provider.on('end_session.error', refused)
}

/** By the button that was pressed on the sign-out page. */
function signedOutFrom(logout: unknown): EventDetails<'signout.finished'>['from'] {
  if (logout === undefined) return 'app'
  return logout === 'everywhere' ? 'everywhere' : 'browser'
}

function traceOf(ctx: KoaContextWithOIDC) {
  return { traceId: ctx.state.traceId as string, ...(ctx.oidc.client ? { clientId: ctx.oidc.client.clientId } : {}) }
}
