import type { Origin } from '../core/events/events.ts'
import { ACCOUNT_CONSOLE } from '../oidc/consoles/console-clients.ts'
import type { AccountPage } from './opened.ts'

/** The part of a request that events keep. */
export function originOf({ ctx, signedIn }: AccountPage): Origin & { clientId: string; sessionUid: string } {
  return {
    address: ctx.ip,
    userAgent: ctx.get('user-agent').slice(0, 300),
    traceId: ctx.state.traceId as string,
    clientId: ACCOUNT_CONSOLE.clientId,
    sessionUid: signedIn.session.sessionUid,
  }
}
