// The four kinds of app, and the metadata that each begins with (RFC 7591, OIDC Registration 1.0).
export const CLIENT_TYPES = ['web', 'spa', 'native', 'service'] as const
export type ClientType = (typeof CLIENT_TYPES)[number]

const code = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }

export function metadataOfType(type: ClientType): Record<string, unknown> {
  switch (type) {
    case 'web':
      return { ...code, application_type: 'web', token_endpoint_auth_method: 'client_secret_basic' }
    case 'spa':
      return { ...code, application_type: 'web', token_endpoint_auth_method: 'none' }
    case 'native':
      return { ...code, application_type: 'native', token_endpoint_auth_method: 'none' }
    case 'service':
      return {
        application_type: 'web',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'client_secret_basic',
      }
  }
}
