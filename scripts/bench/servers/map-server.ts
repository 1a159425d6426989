// The ceiling of anything built on oidc-provider: the library by itself, set up as Latchkey sets it up (routes, PKCE,
// rotation, features, key types, lifetimes), with a Map as its store and nothing around it. Nothing here is Latchkey's.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { errors, type Configuration } from 'oidc-provider'
import { createMapAdapter } from './map-adapter.ts'
import { signInPages } from './map-pages.ts'
import { createPeople } from './map-people.ts'
import type { MapSetting } from './map.ts'

const setting = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as MapSetting
const people = await createPeople(setting)
const { port, client, resources, scope, lifetimes } = setting

const configuration: Configuration = {
  routes: {
    authorization: '/authorize',
    end_session: '/logout',
    introspection: '/introspect',
    jwks: '/jwks',
    pushed_authorization_request: '/par',
    registration: '/register',
    revocation: '/revoke',
    token: '/token',
    userinfo: '/userinfo',
  },
  responseTypes: ['code'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
  extraClientMetadata: { properties: ['allowed_resources'] },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'phone', 'address'],
  claims: setting.claims,
  issueRefreshToken: (_ctx, { grantTypes }) => Promise.resolve(grantTypes!.includes('refresh_token')),
  jwks: { keys: await Promise.all(['RS256', 'ES256', 'EdDSA'].map(newKey)) },
  adapter: createMapAdapter,
  clients: [client as never],
  cookies: { keys: [client.client_secret as string] },
  features: {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    backchannelLogout: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(_ctx, identifier) {
        const found = resources.find(one => one.identifier === identifier)
        if (!found) throw new errors.InvalidTarget()
        return {
          scope: found.scopes.join(' '),
          audience: identifier,
          accessTokenFormat: 'jwt',
          accessTokenTTL: lifetimes.JwtAccessToken,
          jwt: { sign: { alg: found.alg! } },
        }
      },
      useGrantedResource: () => false,
    },
  },
  ttl: {
    ...lifetimes,
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.AccessToken,
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.AccessToken,
  },
  findAccount: (_ctx, id) => people.byId(id),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  // Whoever has signed in lets the app have everything, at once.
  async loadExistingGrant({ oidc }) {
    const known = oidc.session!.grantIdFor(oidc.client!.clientId)
    if (known) return oidc.provider.Grant.find(known)
    const grant = new oidc.provider.Grant({ accountId: oidc.account!.accountId, clientId: oidc.client!.clientId })
    grant.addOIDCScope(scope)
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
