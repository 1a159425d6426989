// How long the provider's things live: from the configuration, and from policy where it says otherwise. All in seconds.
import type { Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import type { HeldPolicy } from '../../core/policy/held.ts'
import type { Guard } from '../../core/policy/resolve.ts'
import { sharedSession } from '../../core/policy/sign-in-policy.ts'
import type { Config } from '../../lib/config/schema.ts'
import { recordOf } from '../accounts/account.ts'
import { guardsOf } from '../authorization/guards.ts'
import { apiResource } from '../tokens/resources.ts'

interface Session {
  transient?: boolean | undefined
  loginTs?: number | undefined
}

export function lifetimes(config: Config, policy: HeldPolicy): NonNullable<Configuration['ttl']> {
  const settingsFor = (ctx: KoaContextWithOIDC, resources: readonly string[] = [], only?: Guard) => {
    const clientId = ctx.oidc.client?.clientId
    const roles = recordOf(ctx.oidc.account)?.roles ?? []
    const guards = only ? [only] : guardsOf(config, clientId, resources)
    return policy.resolve({ guards, roles, ...(clientId ? { clientId } : {}) }).settings
  }
  /** What a token is for says whose it is: one for our API is no app's. */
  const accessTtl = (ctx: KoaContextWithOIDC, { resourceServer: server }: { resourceServer?: ResourceServer }) =>
    server?.accessTokenTTL ??
    settingsFor(ctx, [], server?.audience === apiResource(config) ? 'api' : undefined).accessTokenTtl
  return {
    AccessToken: accessTtl,
    ClientCredentials: accessTtl,
    AuthorizationCode: config.authorizationCodeTtl,
    IdToken: config.idTokenTtl,
    Interaction: config.interactionTtl,
    RefreshToken: (ctx, token) => refreshTtl(settingsFor(ctx, [token.resource ?? []].flat()), token.iiat),
    Session: (ctx, session) => sessionTtl(policy, session, recordOf(ctx.oidc.account)?.roles),
    Grant: grantTtl(config),
  }
}

/** Sliding, and never past the absolute end, which is counted from the first of the rotated tokens. */
function refreshTtl(
  settings: Pick<Config, 'refreshTokenTtl' | 'refreshTokenMaxTtl'>,
  firstIssuedAt: number | undefined,
): number {
  const now = Math.floor(Date.now() / 1000)
  const left = settings.refreshTokenMaxTtl - (now - (firstIssuedAt ?? now))
  return Math.max(1, Math.min(settings.refreshTokenTtl, left))
}

/** How long a session lasts if it is not used again. All apps share it, so what is set for one client does not count. */
export function sessionTtl(policy: HeldPolicy, session: Session, roles: readonly string[] = []): number {
  const settings = sharedSession(policy, roles)
  const now = Math.floor(Date.now() / 1000)
  const age = now - (session.loginTs ?? now)
  if (!session.transient && session.loginTs) return Math.max(1, settings.rememberedSessionTtl - age)
  return Math.max(1, Math.min(settings.sessionIdleTtl, settings.sessionMaxTtl - age))
}

/** A session makes refresh tokens under one grant until it ends, and the last of them must still find it. */
export function grantTtl(config: Config): number {
  return config.refreshTokenMaxTtl + Math.max(config.rememberedSessionTtl, config.sessionMaxTtl)
}

/** The longest life of anything that is signed, or that an `id_token_hint` may stand for. */
export function longestLife(config: Config): number {
  return Math.max(config.rememberedSessionTtl, config.sessionMaxTtl, config.refreshTokenMaxTtl)
}
