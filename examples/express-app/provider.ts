// The connection to the OpenID Connect provider.
import * as client from 'openid-client'

export interface ProviderOptions {
  issuer: string
  clientId: string
  /** Left out by a public client, which then proves itself by PKCE alone. */
  clientSecret?: string | undefined
}

export interface Provider {
  /** The provider's endpoints and keys, discovered when they are first needed. */
  configuration(): Promise<client.Configuration>
  /** Makes the next call discover again: after a fault, the provider may have come back with other keys. */
  forget(): void
}

/** Discovers late and tries again, so that the app starts, and keeps running, while the provider does not. */
export function connectProvider(options: ProviderOptions): Provider {
  let known: Promise<client.Configuration> | undefined
  const forget = () => {
    known = undefined
  }

  const configuration = async () => {
    known ??= discover(options)
    try {
      return await known
    } catch (error) {
      forget()
      throw error
    }
  }

  return { configuration, forget }
}

function discover({ issuer, clientId, clientSecret }: ProviderOptions): Promise<client.Configuration> {
  const server = new URL(issuer)
  const authentication = clientSecret ? client.ClientSecretBasic(clientSecret) : client.None()
  // Checks the ID token's signature against the provider's keys, rather than trusting the connection it came by.
  const execute = [client.enableNonRepudiationChecks]
  // For a provider on this very machine; anywhere else, openid-client is right to insist on https.
  if (server.protocol === 'http:') execute.push(client.allowInsecureRequests)
  return client.discovery(server, clientId, undefined, authentication, { execute, timeout: 10 })
}
