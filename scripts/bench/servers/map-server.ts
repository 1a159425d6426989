// The ceiling of anything built on oidc-provider: the library by itself, set up as Latchkey sets it up (routes, PKCE,
// rotation, features, key types), with a Map as its store and nothing around it.
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Configuration } from 'oidc-provider'
import { rules } from '../../../src/oidc/rules.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { createMapAdapter } from './map-adapter.ts'
import type { MapSetting } from './map.ts'
import { createPeople } from './map-people.ts'
import { signInPages } from './map-pages.ts'
import { CLIENT_ID, METADATA, RESOURCES, SCOPE, cookieSecret } from './setting.ts'

const { port, clientSecret, people: count } = JSON.parse(process.argv[2]!) as MapSetting
const people = await createPeople(count)
const config = loadConfig({
  env: { LATCHKEY_SECRETS: cookieSecret, LATCHKEY_RESOURCES: JSON.stringify(RESOURCES) },
})
const shared = rules(config)

const configuration: Configuration = {
  ...shared,
  // Latchkey's own metadata need no check here.
  extraClientMetadata: { properties: [...shared.extraClientMetadata.properties] },
  jwks: { keys: await Promise.all(['RS256', 'ES256', 'EdDSA'].map(newKey)) },
  adapter: createMapAdapter,
  clients: [{ ...METADATA, client_id: CLIENT_ID, client_secret: clientSecret } as never],
  cookies: { keys: [cookieSecret] },
  features: { ...shared.features, rpInitiatedLogout: { enabled: true } },
  ttl: {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? config.accessTokenTtl,
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? config.accessTokenTtl,
    AuthorizationCode: config.authorizationCodeTtl,
    IdToken: config.idTokenTtl,
    Interaction: config.interactionTtl,
    RefreshToken: config.refreshTokenTtl,
    Session: config.sessionIdleTtl,
    Grant: config.refreshTokenMaxTtl,
  },
  findAccount: (_ctx, id) => people.byId(id),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  // Whoever has signed in lets the app have everything, at once.
  async loadExistingGrant({ oidc }) {
    const known = oidc.session!.grantIdFor(oidc.client!.clientId)
    if (known) return oidc.provider.Grant.find(known)
    const grant = new oidc.provider.Grant({ accountId: oidc.account!.accountId, clientId: oidc.client!.clientId })
    grant.addOIDCScope(SCOPE)
    await grant.save()
    return grant
  },
}

const provider = new Provider(`http://127.0.0.1:${port}`, configuration)
provider.use(signInPages(provider, people))
const answer = provider.callback()
createServer({ keepAliveTimeout: 65_000 }, (request, response) => void answer(request, response)).listen(
  port,
  '127.0.0.1',
)
process.once('SIGINT', () => process.exit(0))

async function newKey(alg: string) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
  return { ...(await exportJWK(privateKey)), use: 'sig' }
}
