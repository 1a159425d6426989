import type { KoaContextWithOIDC } from 'oidc-provider'
import type { SignIn } from '../core/signins.ts'
import type { AttemptResult } from './interaction-result.ts'

/** Longer than any session lives; the session's own end is what ends a sign-in. Milliseconds. */
const KEPT = 366 * 24 * 60 * 60 * 1000

/** The record of the session that this request signs in, under the session's uid. */
export function signInOf(ctx: KoaContextWithOIDC, login: NonNullable<AttemptResult['login']>): SignIn {
  const now = Date.now()
  return {
    id: ctx.oidc.session!.uid,
    accountId: login.accountId,
    proofs: login.proofs,
    ...(login.deviceId ? { deviceId: login.deviceId } : {}),
    address: ctx.ip,
    userAgent: ctx.get('user-agent').slice(0, 300),
    createdAt: now,
    expiresAt: now + KEPT,
  }
}
