// Who calls our own API: an app, by an access token that it got for itself.
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import type { Limits } from '../../core/limits/limits.ts'
import { rules } from '../../core/limits/rules.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { networkOf } from '../../lib/network.ts'
import { apiResource } from '../tokens/resources.ts'

/** As RFC 6750 sends it. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i

interface Api {
  config: Config
  provider: () => Provider
  limits: Limits
}

/**
 * The client of the token, as it is now. A token that a person's sign-in gave counts for nothing here.
 * @throws Refused `token.missing`, `token.invalid` (401), `token.scope` (403), with the header of RFC 6750, section 3;
 * LimitReached `limit.api.…`, 429: of the app, or of a network that has no token
 */
export async function clientOfToken(api: Api, ctx: Context, scope: string): Promise<Client> {
  const resource = apiResource(api.config)
  const refuse = (status: number, code: string, error: string, hint: string): Refused => {
    ctx.set('WWW-Authenticate', `Bearer realm="${resource}"${error && `, error="${error}"`}`)
    return new Refused(code, { status, hint })
  }
  const value = BEARER.exec(ctx.get('authorization'))?.[1]
  const found = value === undefined ? undefined : await find(api, value)
  if (!found) {
    await api.limits.count(rules.apiNetwork, networkOf(ctx.ip))
    throw value === undefined
      ? refuse(401, 'token.missing', '', 'Send an access token in the Authorization header, as Bearer.')
      : refuse(401, 'token.invalid', 'invalid_token', `This is no access token for ${resource}.`)
  }
  await api.limits.count(rules.apiClient, found.client.clientId)
  if (found.scopes.includes(scope)) return found.client
  throw refuse(403, 'token.scope', 'insufficient_scope', `This token lacks the scope ${scope}.`)
}

async function find(
  { config, provider }: Api,
  value: string,
): Promise<{ client: Client; scopes: string[] } | undefined> {
  const { Client, ClientCredentials } = provider()
  const token = await ClientCredentials.find(value)
  // One that is bound to a key is nothing without the proof of that key.
  if (!token || token.aud !== apiResource(config) || token.jkt || token['x5t#S256']) return undefined
  const client = await Client.find(token.clientId ?? '')
  return client && { client, scopes: token.scope?.split(' ') ?? [] }
}
