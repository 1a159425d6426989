// A console's side of the code flow, by the same library and the same checks as any careful app's: PKCE, state, nonce,
// `iss` (RFC 9207) and the ID token's signature.
import { createHmac } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Configuration } from 'openid-client'
import type { Config } from '../../lib/config/schema.ts'
import { callbackOf, consoleSecrets, type ConsoleKind } from './console-clients.ts'
import { createInProcessFetch } from './in-process.ts'

export interface Asked {
  state: string
  /** Known to the browser in which this began, and to nobody else. */
  browserSecret: string
  /** Further parameters of the request. */
  params?: Record<string, string>
}

export interface Redeemed {
  accountId: string
  accessToken: string
}

export type RelyingParty = ReturnType<typeof createRelyingParty>

export function createRelyingParty(config: Config, kind: ConsoleKind, handler: () => RequestListener) {
  const redirectUri = callbackOf(config, kind)
  const call = createInProcessFetch(handler, kind.clientId)
  let discovered: Promise<Configuration> | undefined

  // Loaded at the first sign-in: most processes have none for a long time.
  async function discover(): Promise<Configuration> {
    const client = await import('openid-client')
    const [secret] = consoleSecrets(config, kind)
    const insecure = config.issuer.startsWith('http:') ? [client.allowInsecureRequests] : []
    return client.discovery(new URL(config.issuer), kind.clientId, undefined, client.ClientSecretBasic(secret), {
      [client.customFetch]: call,
      execute: [...insecure, client.enableNonRepudiationChecks],
    })
  }

  function known(): Promise<Configuration> {
    discovered ??= discover().catch((error: unknown) => {
      discovered = undefined
      throw error
    })
    return discovered
  }

  return {
    /** Where the browser goes to sign in. */
    async authorizationUrl({ state, browserSecret, params = {} }: Asked): Promise<string> {
      const client = await import('openid-client')
      const url = client.buildAuthorizationUrl(await known(), {
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        nonce: nonceOf(browserSecret, state),
        code_challenge: await client.calculatePKCECodeChallenge(verifierOf(browserSecret, state)),
        code_challenge_method: 'S256',
        ...params,
      })
      return url.href
    },

    /** Redeems the code of a callback. @param query of the callback's address; @throws the library's errors */
    async redeem(query: string, { state, browserSecret }: Asked): Promise<Redeemed> {
      const client = await import('openid-client')
      const tokens = await client.authorizationCodeGrant(await known(), new URL(`${redirectUri}?${query}`), {
        expectedState: state,
        expectedNonce: nonceOf(browserSecret, state),
        pkceCodeVerifier: verifierOf(browserSecret, state),
        idTokenExpected: true,
      })
      return { accountId: tokens.claims()!.sub, accessToken: tokens.access_token }
    },
  }
}

// Both follow from what the browser alone holds, so that neither has to be kept anywhere.
function verifierOf(browserSecret: string, state: string): string {
  return createHmac('sha256', browserSecret).update(`code_verifier ${state}`).digest('base64url')
}

function nonceOf(browserSecret: string, state: string): string {
  return createHmac('sha256', browserSecret).update(`nonce ${state}`).digest('base64url')
}
