// The rules that every app is held to: which flows, methods, scopes and metadata there are. They need no store, so that
// a client can be checked by them anywhere (the command line, later the API), exactly as the server would.
import Provider, { errors, type Adapter, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { ACR_VALUES } from '../core/signin/proof.ts'
import type { Config } from '../lib/config/schema.ts'
import { claimsByScope } from './accounts/claims.ts'
import { OWN_METADATA } from './clients/client-record.ts'
import type { SigningKeys } from './keys/keys.ts'
import { checkOwnMetadata } from './clients/own-metadata.ts'
import { resourceServer } from './tokens/resources.ts'

export const routes = {
  authorization: '/authorize',
  end_session: '/logout',
  introspection: '/introspect',
  jwks: '/jwks',
  pushed_authorization_request: '/par',
  registration: '/register',
  revocation: '/revoke',
  token: '/token',
  userinfo: '/userinfo',
}

/** Key sets and the like are small; what is larger is an attack. Bytes. */
const BODY_LIMIT = 256 * 1024

/** Safe by default: code flow only, PKCE unless a client was opted out, exact redirect URIs, rotation always. */
export function rules(config: Config) {
  return {
    routes,
    responseTypes: ['code'],
    pkce: { required: (_ctx, client) => client.require_pkce !== false },
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
    assertJwtClientAuthClaimsAndHeader: requireIssuerAsAudience,
    clientBasedCORS: (_ctx, origin, client) => ((client.cors_origins as string[] | undefined) ?? []).includes(origin),
    extraClientMetadata: { properties: [...OWN_METADATA], validator: checkOwnMetadata },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'phone', 'address', 'groups'],
    claims: claimsByScope(config.accountFields),
    acrValues: [...ACR_VALUES],
    extraParams: ['screen_hint'],
    // What a client's grant types say, whether or not offline_access was asked for; without it, it ends with the session.
    issueRefreshToken: (_ctx, client, _source) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    fetchResponseBodyLimits: { jwks_uri: BODY_LIMIT, sector_identifier_uri: BODY_LIMIT },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      introspection: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => Promise.resolve(token.clientId === client.clientId),
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, identifier, client) =>
          resourceServer(config, identifier, client, ctx.oidc.params?.grant_type === 'client_credentials'),
        useGrantedResource: () => false,
      },
    },
  } satisfies Configuration
}

/** A provider that knows the rules and serves nobody: for checking what an admin wants a client to be. */
export function createRulesProvider(config: Config, keys: SigningKeys): Provider {
  // It signs no cookie that anybody gets.
  const cookies = { keys: ['checks clients and serves nobody'] }
  return new Provider(config.issuer, { ...rules(config), jwks: keys.jwks, cookies, adapter: () => nothingStored })
}

const nothing = () => Promise.resolve(undefined)
const nothingStored: Adapter = {
  find: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
  upsert: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
}

/** An assertion made for one server must not work at another: `aud` is our issuer and nothing else (CVE-2025-27370). */
function requireIssuerAsAudience(ctx: KoaContextWithOIDC, claims: { aud?: unknown }): void {
  const audience = Array.isArray(claims.aud) && claims.aud.length === 1 ? claims.aud[0] : claims.aud
  if (audience !== ctx.oidc.issuer) {
    throw new errors.InvalidClientAuth('audience (aud) must be the issuer identifier, and nothing else')
  }
}
