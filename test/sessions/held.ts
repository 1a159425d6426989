// What a browser and an app hold after a sign-in, and what each of it is answered.
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import type { Answer } from '../support/flow.ts'
import type { Visitor } from '../support/visitor.ts'

type Server = { issuer: string }

export interface Held {
  visitor: Visitor
  tokens: Answer
}

/** `next page`: where the browser is sent when it comes back to sign in to the app. */
export interface Answers {
  'next page': 'app' | 'sign-in'
  'prompt=none': string
  userinfo: number
  'access token': boolean
  'refresh token': boolean
  refresh: string
}

export const allRefused: Answers = {
  'next page': 'sign-in',
  'prompt=none': 'login_required',
  userinfo: 401,
  'access token': false,
  'refresh token': false,
  refresh: 'invalid_grant',
}

export const allAnswered: Answers = {
  'next page': 'app',
  'prompt=none': 'code',
  userinfo: 200,
  'access token': true,
  'refresh token': true,
  refresh: 'tokens',
}

/** Tries everything. What is refreshed goes on in `held`. */
export async function tryAll(server: Server, client: ClientView, held: Held): Promise<Answers> {
  const { visitor, tokens } = held
  const next = await authorize({ issuer: visitor.issuer }, client, {}, visitor)
  const silent = await authorize({ issuer: visitor.issuer }, client, { prompt: 'none' }, visitor)
  const user = await userinfo(server, tokens.access_token)
  const access = await introspect(server, client, tokens.access_token)
  const refreshToken = await introspect(server, client, tokens.refresh_token)
  const { body: refreshed } = await refresh(server, client, tokens.refresh_token)
  if (refreshed.access_token) held.tokens = { ...tokens, ...refreshed }
  return {
    'next page': next.page.url.pathname.startsWith('/signin/') ? 'sign-in' : 'app',
    'prompt=none': silent.page.url.searchParams.get('error') ?? 'code',
    userinfo: user.status,
    'access token': access.body.active,
    'refresh token': refreshToken.body.active,
    refresh: refreshed.error ?? 'tokens',
  }
}
