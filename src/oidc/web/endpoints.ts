import type { Context } from 'koa'
import { DISCOVERY } from './prepared.ts'
import { routes } from '../rules.ts'

const ENDPOINTS = new Set([
  ...DISCOVERY,
  routes.jwks,
  routes.token,
  routes.introspection,
  routes.userinfo,
  routes.revocation,
  routes.pushed_authorization_request,
])

/** Whether it is an authorization request of a browser with a session: as a rule nobody is asked anything. */
export function isInSession({ path, headers }: Pick<Context, 'path' | 'headers'>): boolean {
  return path === routes.authorization && (headers.cookie?.includes('latchkey_session=') ?? false)
}

/** Whether apps call this address by themselves, never a person's browser on its way: the requests that there are most of. */
export function isEndpoint(path: string): boolean {
  return ENDPOINTS.has(path)
}
