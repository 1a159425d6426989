import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Origin } from '../core/events/events.ts'

/** Where an act of the provider's came from, and for which app and session: the part of its request that an entry keeps. */
export function originOf(ctx: KoaContextWithOIDC): Origin & { clientId?: string; sessionUid?: string } {
  const { client, entities, session } = ctx.oidc
  const { AuthorizationCode, RefreshToken, AccessToken } = entities
  const token = AuthorizationCode ?? RefreshToken ?? AccessToken
  const sessionUid = token ? token.sessionUid : session?.accountId && session.uid
  return {
    address: ctx.ip,
    userAgent: ctx.get('user-agent').slice(0, 300),
    traceId: ctx.state.traceId as string,
    ...(client ? { clientId: client.clientId } : {}),
    ...(sessionUid ? { sessionUid } : {}),
  }
}
