// A relying party by openid-client, whose person goes through the pages in a real browser.
import * as openid from 'openid-client'
import type { Page } from 'playwright-core'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { TestServer } from './server.ts'

export interface RelyingParty {
  /** Sends the browser to Latchkey. @returns what takes the answer, once the browser is back: the ID token's claims */
  send(page: Page, params?: Record<string, string>): Promise<() => Promise<openid.IDToken>>
}

export async function relyingParty(
  server: Pick<TestServer, 'issuer'>,
  client: ClientView,
  redirectUri: string,
): Promise<RelyingParty> {
  const authentication = openid.ClientSecretBasic(client.client_secret)
  const config = await openid.discovery(new URL(server.issuer), client.client_id, undefined, authentication, {
    execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
  })
  return {
    async send(page, params = {}) {
      const checks = {
        pkceCodeVerifier: openid.randomPKCECodeVerifier(),
        expectedState: openid.randomState(),
        expectedNonce: openid.randomNonce(),
        idTokenExpected: true,
      }
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
        code_challenge_method: 'S256',
        ...params,
      })
      await page.goto(url.href)
      return async () => {
        await page.waitForURL(`${redirectUri}?**`)
        const tokens = await openid.authorizationCodeGrant(config, new URL(page.url()), checks)
        return tokens.claims()!
      }
    },
  }
}
