// Checks for the client metadata that is ours alone (client-record.ts, OWN_METADATA).
import { errors } from 'oidc-provider'
import { LINK_PURPOSES } from '../../core/links/links.ts'

/** Called by the library for each of our own properties. @throws InvalidClientMetadata */
export function checkOwnMetadata(
  _ctx: unknown,
  key: string,
  value: unknown,
  metadata: { token_endpoint_auth_method?: string },
): void {
  if (value === undefined) return
  // Without a secret, PKCE is all that keeps a stolen code from being used (RFC 9700, section 2.1.1).
  if (key === 'require_pkce' && value === false && metadata.token_endpoint_auth_method === 'none') {
    throw new errors.InvalidClientMetadata('require_pkce can only be false for a client that authenticates')
  }
  if (key === 'first_party' || key === 'require_pkce') {
    if (typeof value !== 'boolean') throw new errors.InvalidClientMetadata(`${key} must be true or false`)
    return
  }
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string')) {
    throw new errors.InvalidClientMetadata(`${key} must be a list of strings`)
  }
  if (key === 'link_purposes') {
    if (!value.every(isPurpose)) {
      throw new errors.InvalidClientMetadata(`link_purposes must hold some of ${LINK_PURPOSES.join(', ')}`)
    }
    // A link acts for the app: whoever is not known to be it must make none.
    if (value.length > 0 && metadata.token_endpoint_auth_method === 'none') {
      throw new errors.InvalidClientMetadata('link_purposes are for a client that authenticates')
    }
  }
  if (key === 'cors_origins' && !value.every(isOrigin)) {
    throw new errors.InvalidClientMetadata('cors_origins must hold origins, like https://app.example.com')
  }
}

function isPurpose(text: string): boolean {
  return LINK_PURPOSES.some(purpose => purpose === text)
}

function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.parse(text)?.origin === text
}
