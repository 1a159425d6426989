/**
 * A path of our own below `root` with its query, as a browser would resolve it; undefined for what leads elsewhere.
 * `//evil`, `/\evil` and `/\tevil` are hosts to a browser, so what counts is what its parser makes of them; and of
 * `/.//evil` that makes a path which would be a host in its turn.
 */
export function localPath(value: string, issuer: string, root: string): string | undefined {
  if (!value.startsWith('/') || !URL.canParse(value, issuer)) return undefined
  const url = new URL(value, issuer)
  const below = url.pathname === root || url.pathname.startsWith(`${root}/`)
  const isOurs = url.origin === new URL(issuer).origin && !url.pathname.startsWith('//')
  return isOurs && below ? url.pathname + url.search : undefined
}
