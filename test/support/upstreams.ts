// Signing in from elsewhere, in a browser without a screen.
import type { Visitor, VisitedPage } from './visitor.ts'

/** What a server needs to reach an upstream of a test's. */
export function withUpstreams(upstreams: readonly object[]): Record<string, string> {
  return { LATCHKEY_UPSTREAMS: JSON.stringify(upstreams), LATCHKEY_ALLOW_NETWORKS: '127.0.0.0/8,::1/128' }
}

/** Presses the upstream's button. @returns where the browser is sent */
export async function leave(visitor: Visitor, page: VisitedPage, id: string): Promise<URL> {
  const { url } = await visitor.submit(page, `/prove/upstream-${id}/challenge`)
  return url
}

/** Goes to an upstream that asks nothing. @returns where it sends the browser back to */
export async function pass(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' })
  return new URL(response.headers.get('location')!)
}

/** There and back. */
export async function through(visitor: Visitor, page: VisitedPage, id: string): Promise<VisitedPage> {
  return visitor.open(await pass(await leave(visitor, page, id)))
}
