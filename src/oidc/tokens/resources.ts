// The resource servers that access tokens can be asked for (RFC 8707): our own API, and those of the configuration.
import { errors, type Client, type ResourceServer } from 'oidc-provider'
import type { LinkPurpose } from '../../core/links/links.ts'
import type { Config } from '../../lib/config/schema.ts'

/** The scope by which an app makes links at our API. */
export const LINKS_SCOPE = 'links'

/** What a client may make links for: its right at our API. */
export function linkPurposesOf(client: Client): LinkPurpose[] {
  return (client.link_purposes as LinkPurpose[] | undefined) ?? []
}

/** Our own API, as a resource. */
export function apiResource({ issuer }: Pick<Config, 'issuer'>): string {
  return `${issuer}/api`
}

/**
 * @param alone whether the client asks for itself, with no person who agrees: then it has to be allowed by name
 * @throws InvalidTarget for a resource that nobody has configured, or that is not among the client's `allowed_resources`
 */
export function resourceServer(config: Config, identifier: string, client: Client, alone: boolean): ResourceServer {
  if (identifier === apiResource(config)) return ownApi(identifier, client)
  const known = config.resources.find(resource => resource.identifier === identifier)
  if (!known) throw new errors.InvalidTarget(`unknown resource ${JSON.stringify(identifier.slice(0, 200))}`)
  const allowed = client.allowed_resources as string[] | undefined
  if (!(allowed?.includes(identifier) ?? !alone)) {
    throw new errors.InvalidTarget(`${JSON.stringify(identifier)} is not among this client's allowed_resources`)
  }
  const scope = known.scopes.join(' ')
  if (known.format === 'opaque') {
    return { scope, audience: identifier, accessTokenFormat: 'opaque' }
  }
  return {
    scope,
    audience: identifier,
    accessTokenFormat: 'jwt',
    // They can be neither revoked nor introspected, so they live for minutes (RFC 9068).
    accessTokenTTL: config.jwtAccessTokenTtl,
    jwt: { sign: { alg: known.alg ?? 'RS256' } },
  }
}

/** For clients with a right there alone. Its tokens are opaque, so that whatever they stand for can be taken back at once. */
function ownApi(identifier: string, client: Client): ResourceServer {
  if (linkPurposesOf(client).length === 0) {
    throw new errors.InvalidTarget(`this client has no right at ${JSON.stringify(identifier)}: it has no link_purposes`)
  }
  return { scope: LINKS_SCOPE, audience: identifier, accessTokenFormat: 'opaque' }
}
