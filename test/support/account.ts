// The account console as a person reaches it.
import { signIn } from './flow.ts'
import type { TestServer } from './server.ts'
import { Visitor, type VisitedPage } from './visitor.ts'

export const SECURITY = '/account/security'

/** Opens a page of the console in a fresh browser, and signs in on the way. */
export async function openConsole(
  server: Pick<TestServer, 'issuer'>,
  email: string,
  { path = SECURITY, visitor = new Visitor(server.issuer) } = {},
): Promise<{ visitor: Visitor; page: VisitedPage }> {
  return { visitor, page: await signIn(visitor, await visitor.open(path), email) }
}

/** Whether a page of the console is shown, without anybody being asked for anything. */
export async function isSignedIn(visitor: Visitor): Promise<boolean> {
  const answer = await visitor.send('GET', SECURITY)
  return answer.status === 200
}
