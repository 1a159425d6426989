import type { KoaContextWithOIDC } from 'oidc-provider'
import type { SignIn } from '../../core/sessions/signins.ts'
import type { AttemptResult } from '../authorization/interaction-result.ts'
import { countryOf } from '../../lib/country.ts'

/** The record of the session that this request signs in, under the session's uid. `ttl` in seconds. */
export async function signInOf(
  ctx: KoaContextWithOIDC,
  login: NonNullable<AttemptResult['login']>,
  ttl: number,
): Promise<SignIn> {
  const country = await countryOf(ctx.ip)
  const now = Date.now()
  return {
    id: ctx.oidc.session!.uid,
    accountId: login.accountId,
    proofs: login.proofs,
    clientIds: [ctx.oidc.client!.clientId],
    ...(login.deviceId ? { deviceId: login.deviceId } : {}),
    address: ctx.ip,
    userAgent: ctx.get('user-agent').slice(0, 300),
    ...(country ? { country } : {}),
    inFullSince: now,
    remembered: login.remember,
    ...(login.deviceKnown ? { deviceKnown: true } : {}),
    ...(login.deviceConfirmed ? { deviceConfirmed: login.deviceConfirmed } : {}),
    ...(login.secondFactorAt ? { secondFactorAt: login.secondFactorAt } : {}),
    createdAt: now,
    lastSeenAt: now,
    endsAt: now + ttl * 1000,
  }
}
