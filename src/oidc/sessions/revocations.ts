// What the library takes away: the audit entry of a revocation is written before anything goes, so that a crash leaves no
// act without one. The library's own events come only afterwards.
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import type { Events } from '../../core/events/events.ts'
import type { LiveCounts } from '../../core/metrics/live-counts.ts'
import type { Log } from '../../lib/log.ts'
import { originOf } from '../origin.ts'

export type Revocations = ReturnType<typeof createRevocations>

const TOKENS = new Set(['AccessToken', 'RefreshToken', 'ClientCredentials'])

export function createRevocations(events: Events, log: Log, live: LiveCounts) {
  const grants = new WeakMap<KoaContextWithOIDC, Map<string, Promise<void>>>()

  /** Called before one document of `model` goes. At the revocation endpoint that is what the app asked for. */
  async function beforeDestroy(model: string, id: string): Promise<void> {
    const ctx = Provider.ctx
    if (!ctx) return
    if (model === 'Grant') await beforeRevoke(id)
    if (ctx.oidc.route !== 'revocation' || !TOKENS.has(model)) return
    await events.emit({ type: 'token.revoked', ...whose(ctx), details: { by: 'client' } })
  }

  /** Called before the documents of a grant go, once for each kind of them: all wait for one entry. */
  function beforeRevoke(grantId: string): Promise<void> {
    const ctx = Provider.ctx
    if (!ctx) return Promise.resolve()
    const ofRequest = grants.get(ctx) ?? new Map<string, Promise<void>>()
    grants.set(ctx, ofRequest)
    const written = ofRequest.get(grantId) ?? announceGrant(ctx, grantId)
    ofRequest.set(grantId, written)
    return written
  }

  function announceGrant(ctx: KoaContextWithOIDC, grantId: string): Promise<void> {
    const reason = reasonOf(ctx)
    const origin = whose(ctx)
    const { traceId, clientId } = origin
    if (reason === 'reuse')
      log.warn({ traceId, clientId, grantId }, 'a used code or refresh token came again: its grant is revoked')
    return events.emit({ type: 'grant.revoked', ...origin, details: { reason } })
  }

  /** Called when so many documents of a model went with their grant. */
  function afterRevoke(model: string, count: number): void {
    if (model === 'AccessToken') live.access_tokens.leaveSome(count)
    // Of the refresh tokens of a grant all but the last are used up, and the last went before when it was revoked itself.
    const wentBefore = Provider.ctx?.oidc.route === 'revocation' && Provider.ctx.oidc.entities.RefreshToken
    if (model === 'RefreshToken' && !wentBefore) live.refresh_tokens.leaveSome(Math.min(count, 1))
  }

  return { beforeDestroy, beforeRevoke, afterRevoke }
}

function reasonOf({ oidc: { route } }: KoaContextWithOIDC): string {
  if (route === 'token') return 'reuse'
  return route === 'revocation' ? 'revoked_by_client' : 'signed_out'
}

function whose(ctx: KoaContextWithOIDC) {
  const { AuthorizationCode, RefreshToken, AccessToken } = ctx.oidc.entities
  const token = AuthorizationCode ?? RefreshToken ?? AccessToken
  const accountId = token?.accountId ?? ctx.oidc.session?.accountId
  return { ...originOf(ctx), ...(accountId ? { accountId } : {}) }
}
