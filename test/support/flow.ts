// The code flow as an app and a person go through it, for tests that start from a signed-in person or from tokens.
import { createHash, randomBytes } from 'node:crypto'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { PASSWORD, REDIRECT_URI, type TestServer } from './server.ts'
import { Visitor, type Fields, type VisitedPage } from './visitor.ts'

export interface Authorization {
  url: URL
  codeVerifier: string
}

/** An authorization request as a careful app makes it. `undefined` leaves a parameter out. */
export function authorization(
  server: Pick<TestServer, 'issuer'>,
  client: ClientView,
  params: Record<string, string | undefined> = {},
): Authorization {
  const codeVerifier = randomBytes(32).toString('base64url')
  const all = {
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile email',
    state: randomBytes(8).toString('hex'),
    nonce: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  }
  const url = new URL('/authorize', server.issuer)
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return { url, codeVerifier }
}

/** From the sign-in page to wherever it leads: by name and password. */
export async function signIn(
  visitor: Visitor,
  page: VisitedPage,
  identifier: string,
  password = PASSWORD,
  remember = false,
): Promise<VisitedPage> {
  const asked = await visitor.submit(page, '/identify', { identifier })
  return visitor.submit(asked, '/prove/password', { password, ...(remember ? { remember: 'yes' } : {}) })
}

/** Allows everything that the consent page asks for; a page that is no consent page is given back as it is. */
export async function allow(visitor: Visitor, page: VisitedPage): Promise<VisitedPage> {
  if (!page.html.includes('name="decision"')) return page
  const scope = [...page.html.matchAll(/name="scope" value="([^"]*)"/g)].map(([, name]) => name!)
  return visitor.submit(page, '/consent', { decision: 'allow', remember: 'yes', scope })
}

/** The code that the app was given; fails with what came instead. */
export function codeOf({ url }: VisitedPage): string {
  const code = url.searchParams.get('code')
  if (!code) throw new Error(`no code came back: ${url}`)
  return code
}

/** What the token, introspection and revocation endpoints answer, whichever of them was asked. */
export interface Answer {
  access_token: string
  refresh_token: string
  id_token: string
  token_type: string
  scope: string
  expires_in: number
  active: boolean
  sub: string
  error: string
  error_description: string
  [member: string]: unknown
}

/** A form post to the token endpoint (or another), by the client's own authentication. */
export async function tokenRequest(
  server: Pick<TestServer, 'issuer'>,
  client: ClientView,
  fields: Record<string, string>,
  path = '/token',
) {
  const secret = client.client_secret
  const headers: Record<string, string> = secret
    ? { authorization: `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}` }
    : {}
  const body = new URLSearchParams({ ...fields, ...(secret ? {} : { client_id: client.client_id }) })
  const response = await fetch(new URL(path, server.issuer), {
    method: 'POST',
    headers: { accept: 'application/json', ...headers },
    body,
  })
  const text = await response.text()
  return {
    status: response.status,
    body: (text ? JSON.parse(text) : {}) as Answer,
    headers: response.headers,
  }
}

export function redeem(
  server: Pick<TestServer, 'issuer'>,
  client: ClientView,
  code: string,
  codeVerifier: string,
  fields: Record<string, string> = {},
) {
  return tokenRequest(server, client, {
    grant_type: 'authorization_code',
    code,
    code_verifier: codeVerifier,
    redirect_uri: REDIRECT_URI,
    ...fields,
  })
}

/** Signs a person in to an app in one visitor, and answers the tokens. */
export async function signInForTokens(
  server: TestServer,
  client: ClientView,
  email: string,
  {
    visitor = new Visitor(server.issuer),
    params = {},
    fields = {},
  }: { visitor?: Visitor; params?: Record<string, string | undefined>; fields?: Record<string, string> } = {},
) {
  const { url, codeVerifier } = authorization(server, client, params)
  const first = await visitor.open(url)
  const signedIn = first.html.includes('name="identifier"') ? await signIn(visitor, first, email) : first
  const end = await allow(visitor, signedIn)
  const { status, body } = await redeem(server, client, codeOf(end), codeVerifier, fields)
  if (status !== 200) throw new Error(`the code was not redeemed: ${status} ${JSON.stringify(body)}`)
  return { visitor, tokens: body, end }
}

/** The address of the attempt that a page belongs to: /signin/UID. */
export function attemptOf({ url }: Pick<VisitedPage, 'url'>): string {
  const path = /^\/signin\/[^/]+/.exec(url.pathname)?.[0]
  if (!path) throw new Error(`not a page of an attempt: ${url}`)
  return path
}

/** From the sign-in page through the registration form: to “Check your mail”, unless something is refused. */
export async function signUp(
  visitor: Visitor,
  page: VisitedPage,
  person: { email: string } & Fields,
): Promise<VisitedPage> {
  const form = await visitor.open(`${attemptOf(page)}/signup`)
  return visitor.submit(form, '/signup', { username: '', name: '', password: PASSWORD, ...person })
}
