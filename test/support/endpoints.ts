// The provider's endpoints as an app calls them, and the answer that it finds on its redirect.
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorization, tokenRequest, type Authorization } from './flow.ts'
import { REDIRECT_URI, type TestServer } from './server.ts'
import { Visitor, type VisitedPage } from './visitor.ts'

type Server = Pick<TestServer, 'issuer'>

export function refresh(server: Server, client: ClientView, token: string, fields: Record<string, string> = {}) {
  return tokenRequest(server, client, { grant_type: 'refresh_token', refresh_token: token, ...fields })
}

export function introspect(server: Server, client: ClientView, token: string, fields: Record<string, string> = {}) {
  return tokenRequest(server, client, { token, ...fields }, '/introspect')
}

export function revoke(server: Server, client: ClientView, token: string) {
  return tokenRequest(server, client, { token }, '/revoke')
}

export async function userinfo(server: Server, accessToken: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL('/userinfo', server.issuer), {
    headers: { authorization: `Bearer ${accessToken}`, ...headers },
  })
  const text = await response.text()
  return {
    status: response.status,
    body: (text ? JSON.parse(text) : {}) as Record<string, unknown>,
    headers: response.headers,
  }
}

/** Sends a browser to the authorization endpoint. */
export async function authorize(
  server: Server,
  client: ClientView,
  params: Record<string, string | undefined> = {},
  visitor = new Visitor(server.issuer),
): Promise<{ page: VisitedPage; visitor: Visitor } & Authorization> {
  const request = authorization(server, client, params)
  return { ...request, visitor, page: await visitor.open(request.url) }
}

/** What the app finds on its redirect URI: `code` or `error`, `state`, `iss`. @throws Error when it was not sent there */
export function answerOf({ url, status }: Pick<VisitedPage, 'url' | 'status'>): Record<string, string> {
  if (!url.href.startsWith(`${REDIRECT_URI}?`)) throw new Error(`not sent back to the app: ${status} ${url}`)
  return Object.fromEntries(url.searchParams)
}

/** The claims of a JWT, unverified. */
export function claimsIn(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
}
