// Who calls our own API: an app, by an access token that it got for itself.
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { apiResource } from '../tokens/resources.ts'

/** As RFC 6750 sends it. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i

/**
 * The client of the token, as it is now. A token that a person's sign-in gave counts for nothing here.
 * @throws Refused `token.missing`, `token.invalid` (401), `token.scope` (403), with the header of RFC 6750, section 3
 */
export async function clientOfToken(
  { config, provider }: { config: Config; provider: () => Provider },
  ctx: Context,
  scope: string,
): Promise<Client> {
  const refuse = (status: number, code: string, error: string, hint: string): Refused => {
    ctx.set('WWW-Authenticate', `Bearer realm="${apiResource(config)}"${error && `, error="${error}"`}`)
    return new Refused(code, { status, hint })
  }
  const value = BEARER.exec(ctx.get('authorization'))?.[1]
  if (!value) throw refuse(401, 'token.missing', '', 'Send an access token in the Authorization header, as Bearer.')
  const { Client, ClientCredentials } = provider()
  const token = await ClientCredentials.find(value)
  const invalid = () =>
    refuse(401, 'token.invalid', 'invalid_token', `This is no access token for ${apiResource(config)}.`)
  // One that is bound to a key is nothing without the proof of that key.
  if (!token || token.aud !== apiResource(config) || token.jkt || token['x5t#S256']) throw invalid()
  const client = await Client.find(token.clientId ?? '')
  if (!client) throw invalid()
  if (token.scope?.split(' ').includes(scope)) return client
  throw refuse(403, 'token.scope', 'insufficient_scope', `This token lacks the scope ${scope}.`)
}
