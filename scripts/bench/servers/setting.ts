// What both servers have in common: the app, its secret, the people and their password, and the resources.
import { randomBytes } from 'node:crypto'
import { newSecret } from '../../../src/lib/ids.ts'
import type { Resource } from '../../../src/lib/config/resources.ts'

export const REDIRECT_URI = 'https://app.example/callback'
export const CLIENT_ID = 'bench'
export const PASSWORD = 'seven green lanterns over the harbour'
export const SCOPE = 'openid profile email'

export const RESOURCES: Resource[] = [
  { identifier: 'https://rs256.example', scopes: ['read'], format: 'jwt', alg: 'RS256' },
  { identifier: 'https://es256.example', scopes: ['read'], format: 'jwt', alg: 'ES256' },
]

/** Registered alike at both; not first-party, so that consent is looked up as for any other app. */
export const METADATA = {
  client_name: 'Benchmark',
  application_type: 'web',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  // RSA would make most of what a refresh costs, and hide the rest; its price is a case of its own.
  id_token_signed_response_alg: 'ES256',
  allowed_resources: RESOURCES.map(({ identifier }) => identifier),
}

/** Secrets of this run. */
export const cookieSecret = randomBytes(32).toString('hex')
export const newClientSecret = newSecret

/** The address of the nth of the people of `seedPeople`, from 1. */
export function emailOf(number: number): string {
  return `test${number}@example.com`
}
