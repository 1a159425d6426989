import Provider from 'oidc-provider'
import type { Logouts } from '../../core/sessions/logouts.ts'
import type { Config } from '../../lib/config/schema.ts'
import { createGuardedFetch } from '../../lib/fetch.ts'
import type { Store } from '../../storage/port.ts'
import { createClientAdapter } from '../clients/client-adapter.ts'
import { createFindClient } from '../clients/find-client.ts'
import type { SigningKeys } from '../keys/keys.ts'
import { rules } from '../rules.ts'
import { queueLogouts } from './send-logouts.ts'

/** A provider that serves nobody, for `sendLogouts` where no server runs: it knows the apps, and signs what they are told. */
export function createLogoutProvider(config: Config, store: Store, keys: SigningKeys, logouts: Logouts): Provider {
  const provider = new Provider(config.issuer, {
    ...rules(config),
    jwks: keys.jwks,
    // It signs no cookie that anybody gets.
    cookies: { keys: ['tells apps and serves nobody'] },
    adapter: () => createClientAdapter(createFindClient(store, config)),
    fetch: createGuardedFetch(config.allowNetworks),
  })
  queueLogouts(provider, logouts)
  return provider
}
