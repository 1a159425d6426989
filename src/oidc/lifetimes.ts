// How long the provider's things live, from the configuration. All in seconds.
import type { Configuration } from 'oidc-provider'
import type { Config } from '../lib/config/schema.ts'

interface Session {
  transient?: boolean | undefined
  loginTs?: number | undefined
}

export function lifetimes(config: Config): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? config.accessTokenTtl,
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? config.accessTokenTtl,
    AuthorizationCode: config.authorizationCodeTtl,
    IdToken: config.idTokenTtl,
    Interaction: config.interactionTtl,
    RefreshToken: (_ctx, token) => refreshTtl(config, token.iiat),
    Session: (_ctx, session) => sessionTtl(config, session),
    Grant: grantTtl(config),
  }
}

/** Sliding, and never past the absolute end, which is counted from the first of the rotated tokens. */
function refreshTtl(config: Config, firstIssuedAt: number | undefined): number {
  const now = Math.floor(Date.now() / 1000)
  const left = config.refreshTokenMaxTtl - (now - (firstIssuedAt ?? now))
  return Math.max(1, Math.min(config.refreshTokenTtl, left))
}

/** How long a session lasts if it is not used again. Seconds. */
export function sessionTtl(config: Config, session: Session): number {
  const now = Math.floor(Date.now() / 1000)
  const age = now - (session.loginTs ?? now)
  if (!session.transient && session.loginTs) return Math.max(1, config.rememberedSessionTtl - age)
  return Math.max(1, Math.min(config.sessionIdleTtl, config.sessionMaxTtl - age))
}

/** A session makes refresh tokens under one grant until it ends, and the last of them must still find it. */
export function grantTtl(config: Config): number {
  return config.refreshTokenMaxTtl + Math.max(config.rememberedSessionTtl, config.sessionMaxTtl)
}

/** The longest life of anything that is signed, or that an `id_token_hint` may stand for. */
export function longestLife(config: Config): number {
  return Math.max(config.rememberedSessionTtl, config.sessionMaxTtl, config.refreshTokenMaxTtl)
}
