// One factory for the OpenID provider, cheap to call: a key rotation makes a new Provider and swaps it in, so every
// option, override and listener is applied here and nowhere else.
import type { Middleware } from 'koa'
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { standing } from '../../core/accounts/account.ts'
import type { Accounts } from '../../core/accounts/accounts.ts'
import type { Logouts } from '../../core/sessions/logouts.ts'
import type { LiveCounts } from '../../core/metrics/live-counts.ts'
import type { HeldPolicy } from '../../core/policy/held.ts'
import type { Config } from '../../lib/config/schema.ts'
import type { CookieKeys } from '../../lib/web/browser/cookie-keys.ts'
import type { Store } from '../../storage/port.ts'
import { recordOf, toLibraryAccount } from '../accounts/account.ts'
import { createClientAdapter } from '../clients/client-adapter.ts'
import { createFindClient } from '../clients/find-client.ts'
import type { WrongSecrets } from '../clients/wrong-secrets.ts'
import { applyOverrides } from './overrides.ts'
import type { Pages } from '../pages/pages.ts'
import { countTokens } from '../tokens/count-tokens.ts'
import { guardsOf } from '../authorization/guards.ts'
import { createPolicy, type Decisions } from '../authorization/policy.ts'
import { acceptPosted } from '../web/posted-requests.ts'
import { createRecordAdapter } from '../store/record-adapter.ts'
import type { Revocations } from '../sessions/revocations.ts'
import { rules } from '../rules.ts'
import { originOf } from '../origin.ts'
import { queueLogouts } from '../sessions/send-logouts.ts'
import { createSessionAdapter } from '../store/session-adapter.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { SigningKeys } from '../keys/keys.ts'
import { lifetimes } from './lifetimes.ts'

export interface ProviderParts {
  config: Config
  store: Store
  accounts: Accounts
  decisions: Decisions
  sessions: Sessions
  logouts: Logouts
  live: LiveCounts
  policy: HeldPolicy
  wrongSecrets: WrongSecrets
  /** Holds back who introspects what is no token. */
  limitDeadTokens: Middleware
  pages: Pages
  loadExistingGrant: Configuration['loadExistingGrant']
  /** Begins the attempt, and says where its page is. */
  beginAttempt: NonNullable<Configuration['interactions']>['url']
  /** Signs cookies; the newest first. */
  cookieKeys: CookieKeys
  /** fetch for our outgoing calls (key sets, back-channel logout). */
  fetch: typeof fetch
}

export function createProvider(parts: ProviderParts, keys: SigningKeys, revocations: Revocations): Provider {
  const { config, store, decisions } = parts
  const provider = new Provider(config.issuer, configuration(parts, keys, revocations))
  provider.proxy = true
  provider.use(acceptPosted)
  provider.use(parts.limitDeadTokens)
  applyOverrides(provider, store, createFindClient(store, config), parts.wrongSecrets, decisions.finishOf)
  queueLogouts(provider, parts.logouts)
  countTokens(provider, parts.live)
  return provider
}

function configuration(parts: ProviderParts, keys: SigningKeys, revocations: Revocations): Configuration {
  const { config, store, accounts, decisions, pages } = parts
  const secure = config.issuer.startsWith('https:')
  const short = secure ? '__Secure-' : ''
  const base = rules(config)
  return {
    ...base,
    jwks: keys.jwks,
    adapter: (model: string) => {
      if (model === 'Client') return createClientAdapter(createFindClient(store, config))
      if (model === 'Session')
        return createSessionAdapter(store, {
          left: leftClient,
          recorded,
          isOver: parts.sessions.isOver,
          end: signOut,
          live: parts.live.sessions,
        })
      return createRecordAdapter(store, model, revocations)
    },
    cookies: {
      keys: parts.cookieKeys as unknown as string[],
      names: {
        session: `${secure ? '__Host-' : ''}latchkey_session`,
        interaction: `${short}latchkey_signin`,
        resume: `${short}latchkey_resume`,
      },
      long: { httpOnly: true, sameSite: 'lax', path: '/' },
      short: { httpOnly: true, sameSite: 'lax' },
    },

    features: {
      ...base.features,
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: pages.logoutSource,
        postLogoutSuccessSource: pages.postLogoutSuccessSource,
      },
    },
    ttl: lifetimes(config, parts.policy),
    expiresWithSession: (ctx, source) => Promise.resolve(!source.scopes.has('offline_access') || !offlineOutlives(ctx)),
    findAccount,
    loadExistingGrant: parts.loadExistingGrant!,
    interactions: { policy: createPolicy(decisions.decide), url: parts.beginAttempt! },
    renderError: pages.renderError,
    fetch: parts.fetch,
  }

  function offlineOutlives({ oidc }: KoaContextWithOIDC): boolean {
    const roles = recordOf(oidc.account)?.roles ?? []
    const { clientId } = oidc.client!
    return parts.policy.resolve({ guards: guardsOf(config, clientId), clientId, roles }).settings.offlineOutlivesSignOut
  }

  /** Only the request that comes back from an attempt signs anyone in. */
  async function recorded(uid: string, accountId: string): Promise<boolean> {
    return Provider.ctx?.oidc.route !== 'resume' || parts.sessions.isRecorded(uid, accountId)
  }

  /** By the library's sign-out page, which tells this session's apps by itself. */
  async function signOut(uid: string): Promise<void> {
    const ctx = Provider.ctx
    const origin = ctx ? originOf(ctx) : {}
    const accountId = ctx?.oidc.params?.logout === 'everywhere' ? ctx.oidc.session?.accountId : undefined
    if (accountId) await parts.sessions.endEverywhere(accountId, 'signed_out', origin, uid)
    await parts.sessions.end(uid, 'signed_out', origin, false)
  }

  /**
   * A token of an account that no longer stands finds nobody. A session does find its account, standing or not: the
   * library would answer 500, so the first check of the login prompt asks instead.
   */
  async function findAccount(_ctx: unknown, id: string, token?: { iat?: number }) {
    const account = await accounts.get(id)
    if (!account || (token && !standing(account, token.iat ?? 0))) return undefined
    return toLibraryAccount(account, config.accountFields)
  }

  /** Only the token's own client, or a client that answers for the token's audience; and only while the account stands. */
  async function mayIntrospect(
    ctx: KoaContextWithOIDC,
    client: { clientId: string },
    token: IntrospectedToken,
  ): Promise<boolean> {
    const audiences = (client as { introspection_audiences?: string[] }).introspection_audiences ?? []
    const answersFor = typeof token.aud === 'string' && audiences.includes(token.aud)
    if (token.clientId !== client.clientId) {
      if (!answersFor) return false
      // The library would answer 500 about a token whose client was removed.
      if (!(await ctx.oidc.provider.Client.find(token.clientId!))) return false
    }
    return !token.accountId || (await findAccount(undefined, token.accountId, token)) !== undefined
  }
}

interface IntrospectedToken {
  clientId?: string | undefined
  accountId?: string | undefined
  aud?: string | string[] | undefined
  iat?: number
}

/** The client whose app the running request signs out of: its entry goes, where all other requests only add. */
function leftClient(): string | undefined {
  const oidc = Provider.ctx?.oidc
  return oidc?.route === 'end_session_confirm' ? oidc.client?.clientId : undefined
}
