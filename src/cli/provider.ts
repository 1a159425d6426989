import type Provider from 'oidc-provider'
import { createLogouts } from '../core/logouts.ts'
import { holdPolicy } from '../core/policy/held.ts'
import { createPolicies } from '../core/policy/policies.ts'
import { deriveKeys } from '../lib/seal.ts'
import { createProvider } from '../oidc/provider.ts'
import type { Opened } from './open.ts'

/**
 * A provider by the server's own configuration, of which only the rules for clients are asked. It serves no requests.
 * @throws UnsealError when the keys were sealed under another secret
 */
export async function openProvider({ config, store, accounts, keys, sessions }: Opened): Promise<Provider> {
  return createProvider(
    {
      config,
      store,
      accounts,
      sessions,
      logouts: createLogouts(store),
      policy: holdPolicy(createPolicies(store), config),
      decisions: { decide: notServed, finishOf: notServed },
      pages: { renderError: notServed, logoutSource: notServed, postLogoutSuccessSource: notServed },
      loadExistingGrant: notServed,
      beginAttempt: notServed,
      cookieKeys: deriveKeys(config.secrets, 'cookies').map(key => key.toString('base64url')),
      fetch: notServed,
    },
    await keys.load(),
  )
}

function notServed(): never {
  throw new Error('the command line serves no requests')
}
