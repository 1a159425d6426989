// The options that say what a client is, and the metadata (RFC 7591) that they stand for.
import { InvalidArgumentError, type Command } from 'commander'
import type { Metadata } from '../../oidc/clients/clients.ts'
import type { JsonOption } from '../support/options.ts'

export interface ClientOptions extends JsonOption {
  name?: string
  redirectUri?: string[]
  postLogoutRedirectUri?: string[]
  scope?: string
  logoUri?: string
  clientUri?: string
  corsOrigin?: string[]
  firstParty?: boolean
  pkce?: boolean
  authMethod?: string
  jwksUri?: string
  grantType?: string[]
  linkPurpose?: string[]
  meta?: Metadata
}

/** Those whose place is an option or nobody's business: an id is for good, a secret is always made here. */
const NOT_META = new Set(['client_id', 'client_secret', 'client_secret_expires_at', 'client_id_issued_at'])

export function withClientOptions(command: Command): Command {
  return command
    .option('--name <name>', 'the name that people see')
    .option('--redirect-uri <uri...>', 'where people come back to; compared character for character')
    .option('--post-logout-redirect-uri <uri...>', 'where people may be sent after signing out')
    .option('--scope <scopes>', 'the scopes it may ask for, with spaces between; all when not given')
    .option('--logo-uri <uri>', 'its logo on our pages')
    .option('--client-uri <uri>', 'its home page')
    .option('--cors-origin <origin...>', 'origins of pages that may call our endpoints from the browser')
    .option('--first-party', 'your own app: people are not asked for consent')
    .option('--no-first-party', 'people are asked for consent')
    .option('--pkce', 'PKCE is asked for, as it is unless opted out')
    .option('--no-pkce', 'for a library that has no PKCE; the client needs a secret then')
    .option('--auth-method <method>', 'client_secret_basic, client_secret_post, private_key_jwt or none')
    .option('--jwks-uri <uri>', 'where its public keys are, for private_key_jwt')
    .option('--grant-type <type...>', 'authorization_code, refresh_token, client_credentials')
    .option('--link-purpose <purpose...>', 'what it may have links mailed to people for: sign-in, verify')
    .option('--meta <key=value...>', 'other metadata; the value as JSON or text, null takes it away', meta)
}

/** What was given, under RFC 7591's names and ours. `undefined` in a value takes it away. */
export function metadataOf(options: ClientOptions): Metadata {
  const given: Metadata = {
    client_name: options.name,
    redirect_uris: options.redirectUri,
    post_logout_redirect_uris: options.postLogoutRedirectUri,
    scope: options.scope,
    logo_uri: options.logoUri,
    client_uri: options.clientUri,
    cors_origins: options.corsOrigin,
    first_party: options.firstParty,
    require_pkce: options.pkce,
    token_endpoint_auth_method: options.authMethod,
    jwks_uri: options.jwksUri,
    grant_types: options.grantType,
    link_purposes: options.linkPurpose,
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(known), ...options.meta }
}

function meta(text: string, before: Metadata = {}): Metadata {
  const [, key, value] = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(text) ?? []
  if (!key || value === undefined) throw new InvalidArgumentError('Expected key=value, such as default_max_age=3600.')
  if (NOT_META.has(key)) throw new InvalidArgumentError(`${key} is not set by --meta.`)
  return { ...before, [key]: valueOf(value) }
}

/** JSON, or the text itself: few would quote an address twice. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return text
  }
}
