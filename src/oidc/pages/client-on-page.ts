import type { Client } from 'oidc-provider'
import { isConsole } from '../consoles/console-clients.ts'
import { webUrl, type ClientLocals } from '../../lib/views.ts'
import { contentSecurityPolicy } from '../../lib/web/edge/headers.ts'

/** What a page shows of the app that a person is signing in to. The view drops addresses that are not http(s). */
export function clientOnPage(client: Client | undefined): { client?: ClientLocals } {
  // To a person a console is no app beside the account.
  if (!client || isConsole(client.clientId)) return {}
  const { logoUri, clientUri, policyUri, tosUri } = client
  return {
    client: {
      name: (client.clientName ?? client.clientId).slice(0, 80),
      ...(logoUri ? { logoUri } : {}),
      ...(clientUri ? { clientUri } : {}),
      ...(policyUri ? { policyUri } : {}),
      ...(tosUri ? { tosUri } : {}),
    },
  }
}

/** The policy of a page that shows a client's logo and leads back to the client. */
export function policyWithLogo({ client }: { client?: ClientLocals }, ownScript = false): string {
  const logo = webUrl(client?.logoUri)
  const image = logo && new URL(logo).origin
  // A host may hold a semicolon, and would begin a directive of its own.
  const plain = image && /^[\w:/.[\]-]+$/.test(image)
  return contentSecurityPolicy({ leadsAway: true, ownScript, ...(plain ? { image } : {}) })
}
