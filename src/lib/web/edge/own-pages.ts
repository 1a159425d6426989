const OWN = new Set(['/account', '/signup', '/recover', '/magic', '/language', '/not-me', '/logout/confirm'])
const OWN_BELOW = ['/signin/', '/invite/', '/account/', '/magic/', '/recover/', '/not-me/', '/api/']

/** Our pages, and the provider's that a person posts from; the rest are endpoints that apps call from anywhere. */
export function isOwnPage(path: string): boolean {
  return OWN.has(path) || OWN_BELOW.some(folder => path.startsWith(folder))
}
