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

/** Whether apps call this address by themselves, never a person's browser on its way: the requests that there are most of. */
export function isEndpoint(path: string): boolean {
  return ENDPOINTS.has(path)
}
