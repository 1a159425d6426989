import type { IDToken, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'

/** What the app remembers of a person, on the server: tokens never reach the browser. */
export interface SignedIn {
  /** The claims of the ID token, verified. */
  claims: IDToken
  idToken: string
  accessToken: string
  refreshToken?: string | undefined
  scope?: string | undefined
  /** When the access token expires, in epoch milliseconds. */
  expiresAt?: number | undefined
}

/** Takes the token endpoint's answer. A refresh may bring no new ID token or refresh token: the earlier ones stay. */
export function keepTokens(tokens: TokenEndpointResponse & TokenEndpointResponseHelpers, earlier?: SignedIn): SignedIn {
  const claims = tokens.claims() ?? earlier?.claims
  const idToken = tokens.id_token ?? earlier?.idToken
  if (!claims || !idToken) throw new Error('The provider sent no ID token.')
  const lifetime = tokens.expiresIn()
  return {
    claims,
    idToken,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? earlier?.refreshToken,
    scope: tokens.scope ?? earlier?.scope,
    expiresAt: lifetime === undefined ? undefined : Date.now() + lifetime * 1000,
  }
}
