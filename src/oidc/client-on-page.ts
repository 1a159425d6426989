import type { Client } from 'oidc-provider'

/** What a page shows of the app that a person is signing in to. The view drops addresses that are not http(s). */
export interface ClientOnPage {
  name: string
  logoUri?: string
  clientUri?: string
  policyUri?: string
  tosUri?: string
}

export function clientOnPage(client: Client | undefined): { client?: ClientOnPage } {
  if (!client) return {}
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
