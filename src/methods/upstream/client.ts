// An upstream, as the library of the protocol knows it. It is looked up when somebody first wants to sign in from there, so
// that one that is down holds up neither the start nor anybody else.
import type { ClientAuth, Configuration } from 'openid-client'
import { withBoundedAnswers } from '../../lib/bounded-answers.ts'
import type { Upstream } from '../../lib/config/upstreams.ts'
import { appleSecret } from './apple.ts'

/** Seconds for each call. */
const DEADLINE = 5
/** Bytes of an answer: a hundred times what discovery documents, keys and tokens take. */
const LARGEST = 256 * 1024
/** Milliseconds: what was looked up, and that it failed. */
const KEPT = 60 * 60 * 1000
const FAILURE_KEPT = 5000

export type UpstreamClient = (call: typeof fetch) => Promise<Configuration>

export function upstreamClient(upstream: Upstream): UpstreamClient {
  let known: { client: Promise<Configuration>; until: number } | undefined

  return call => {
    const now = Date.now()
    if (known && known.until > now) return known.client
    const looked = { client: lookUp(upstream, withBoundedAnswers(call, LARGEST)), until: now + KEPT }
    known = looked
    looked.client.catch(() => {
      looked.until = Date.now() + FAILURE_KEPT
    })
    return looked.client
  }
}

function loadClient() {
  return import('openid-client')
}

async function lookUp({ clientId, source, ...upstream }: Upstream, call: typeof fetch): Promise<Configuration> {
  const openid = await loadClient()
  const auth = authOf(openid, { clientId, ...upstream })
  const isPlain = (address: string) => (address.startsWith('http:') ? [openid.allowInsecureRequests] : [])
  if (source.kind === 'oidc') {
    return openid.discovery(new URL(source.issuer), clientId, undefined, auth, {
      [openid.customFetch]: call,
      timeout: DEADLINE,
      execute: [...isPlain(source.issuer), openid.enableNonRepudiationChecks],
    })
  }
  const { authorizationEndpoint, tokenEndpoint, userinfoEndpoint } = source
  const metadata = {
    issuer: tokenEndpoint,
    authorization_endpoint: authorizationEndpoint,
    token_endpoint: tokenEndpoint,
    userinfo_endpoint: userinfoEndpoint,
  }
  const client = new openid.Configuration(metadata, clientId, undefined, auth)
  client[openid.customFetch] = call
  client.timeout = DEADLINE
  for (const allow of isPlain(tokenEndpoint)) allow(client)
  return client
}

function authOf(
  { None, ClientSecretBasic, ClientSecretPost }: Awaited<ReturnType<typeof loadClient>>,
  { clientId, clientSecret, appleKey }: Pick<Upstream, 'clientId' | 'clientSecret' | 'appleKey'>,
): ClientAuth {
  if (appleKey) return appleSecret(clientId, appleKey)
  if (!clientSecret) return None()
  const [inBody, inHeader] = [ClientSecretPost(clientSecret), ClientSecretBasic(clientSecret)]
  return (server, client, body, headers) => {
    const supported = server.token_endpoint_auth_methods_supported
    const auth = supported?.includes('client_secret_post') === false ? inHeader : inBody
    auth(server, client, body, headers)
  }
}
