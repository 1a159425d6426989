// Outside resource servers that access tokens can be asked for (RFC 8707), from the configuration.
import { errors, type Client, type ResourceServer } from 'oidc-provider'
import type { Config } from '../lib/config/schema.ts'

/**
 * @param alone whether the client asks for itself, with no person who agrees: then it has to be allowed by name
 * @throws InvalidTarget for a resource that nobody has configured, or that is not among the client's `allowed_resources`
 */
export function resourceServer(config: Config, identifier: string, client: Client, alone: boolean): ResourceServer {
  const known = config.resources.find(resource => resource.identifier === identifier)
  if (!known) throw new errors.InvalidTarget(`unknown resource ${JSON.stringify(identifier.slice(0, 200))}`)
  const allowed = client.allowed_resources as string[] | undefined
  if (!(allowed?.includes(identifier) ?? !alone)) {
    throw new errors.InvalidTarget(`${JSON.stringify(identifier)} is not among this client's allowed_resources`)
  }
  const scope = known.scopes.join(' ')
  if (known.format === 'opaque') {
    return { scope, audience: identifier, accessTokenFormat: 'opaque', accessTokenTTL: config.accessTokenTtl }
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
