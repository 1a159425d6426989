// The authorization code flow with an upstream: PKCE (RFC 7636), state, nonce, `iss` (RFC 9207) and the ID token's
// signature. What was asked waits in the attempt's challenge, and is answered once.
import type { Upstream } from '../../lib/config/upstreams.ts'
import type { Bound } from '../../core/challenges.ts'
import { newSecret, sha256 } from '../../lib/ids.ts'
import { UnsealError } from '../../lib/seal.ts'
import type { MethodServices } from '../method.ts'
import type { UpstreamClient } from './client.ts'
import { subject, type Identity } from './person.ts'
import { readUserinfo } from './userinfo.ts'
import { explainFailure, explainLookup, unknownState } from './refusals.ts'
import { newState } from './states.ts'

/** Seconds: to sign in there, perhaps with a second factor, perhaps to an account that has to be made first. */
const LASTS = 1800

export interface Exchange {
  upstream: Upstream
  client: UpstreamClient
}

/** The one address that is registered with the upstream: it cannot name an attempt, which the state does. */
export function callbackOf({ issuer }: { issuer: string }, { id }: Pick<Upstream, 'id'>): string {
  return `${issuer}/upstream/${id}/callback`
}

/**
 * @param began where people come back to: see states.ts
 * @returns where the browser goes
 * @throws Refused `upstream.unavailable`, `upstream.invalid`, `upstream.too_large`
 */
export async function beginExchange(
  { upstream, client }: Exchange,
  services: MethodServices,
  bound: Bound,
  began: string,
): Promise<string> {
  const openid = await import('openid-client')
  const state = newState(began)
  const [verifier, nonce] = [openid.randomPKCECodeVerifier(), newSecret()]
  const url = openid.buildAuthorizationUrl(await lookUp(upstream, client, services), {
    redirect_uri: callbackOf(services.config, upstream),
    ...(upstream.scopes.length > 0 ? { scope: upstream.scopes.join(' ') } : {}),
    state,
    ...(upstream.source.kind === 'oidc' ? { nonce } : {}),
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(upstream.formPost ? { response_mode: 'form_post' } : {}),
  })
  const sealed = await services.sealer.seal(JSON.stringify({ verifier, nonce }))
  const data = { stateHash: sha256(state), sealed }
  await services.challenges.begin(bound, { data, lasts: LASTS })
  return url.href
}

/**
 * Takes the query that somebody came back with.
 * @throws Refused `upstream.unknown_state`, `upstream.cancelled`, `upstream.refused`, `upstream.unavailable`,
 * `upstream.invalid`, `upstream.too_large`
 */
export async function finishExchange(
  { upstream, client }: Exchange,
  services: MethodServices,
  bound: Bound,
  { state = '', ...rest }: Record<string, string>,
): Promise<Identity> {
  const begun = await services.challenges.find(bound)
  // One that is not of this sign-in does not end it.
  if (begun?.data.stateHash !== sha256(state)) throw unknownState()
  const taken = await services.challenges.take(bound)
  if (taken?.data.stateHash !== sha256(state)) throw unknownState()

  const { verifier, nonce } = await openSecrets(services, String(taken.data.sealed))
  const url = new URL(callbackOf(services.config, upstream))
  url.search = new URLSearchParams({ ...rest, state }).toString()
  const known = await lookUp(upstream, client, services)
  try {
    return await redeem(upstream, known, url, { verifier, nonce, state })
  } catch (error) {
    throw explainFailure(upstream.name, error)
  }
}

/** @throws Refused `upstream.unknown_state` when the secret that sealed them was taken out meanwhile */
async function openSecrets({ sealer }: MethodServices, sealed: string): Promise<{ verifier: string; nonce: string }> {
  try {
    return JSON.parse(await sealer.unseal(sealed)) as { verifier: string; nonce: string }
  } catch (error) {
    throw error instanceof UnsealError ? unknownState() : error
  }
}

/** @throws Refused `upstream.unavailable`, `upstream.invalid`, `upstream.too_large` */
function lookUp({ name }: Upstream, client: UpstreamClient, services: MethodServices): Promise<Client> {
  return client(services.fetch).catch((error: unknown) => {
    throw explainLookup(name, error)
  })
}

type Client = Awaited<ReturnType<UpstreamClient>>

async function redeem(
  { source }: Upstream,
  client: Client,
  url: URL,
  { verifier, nonce, state }: { verifier: string; nonce: string; state: string },
): Promise<Identity> {
  const openid = await import('openid-client')
  const checks = { expectedState: state, pkceCodeVerifier: verifier }
  if (source.kind === 'oauth2') {
    const { access_token: token } = await openid.authorizationCodeGrant(client, url, checks)
    return readUserinfo(source, client, token)
  }
  const tokens = await openid.authorizationCodeGrant(client, url, {
    ...checks,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()!
  // What is short in an ID token is told at the userinfo endpoint, for the same subject (OIDC Core 1.0, section 5.3.2).
  const more: Record<string, unknown> =
    claims.email === undefined && client.serverMetadata().userinfo_endpoint
      ? await openid.fetchUserInfo(client, tokens.access_token, claims.sub)
      : {}
  // Whether an address is verified is a word about that one address, and comes from where the address does.
  const about = 'email' in more ? { email_verified: more.email_verified } : {}
  return { issuer: claims.iss, subject: subject.parse(claims.sub), claims: { ...more, ...claims, ...about } }
}
