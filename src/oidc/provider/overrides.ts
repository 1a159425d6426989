// What has to be changed on the library's own classes: applied by the factory to each Provider that it makes.
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { recordOf } from '../accounts/account.ts'
import { sha256 } from '../../lib/ids.ts'
import { Conflict, type Store } from '../../storage/port.ts'
import { secretMatches } from '../clients/client-record.ts'
import type { WrongSecrets } from '../clients/wrong-secrets.ts'
import type { FindClient } from '../clients/find-client.ts'
import { keepClients } from '../clients/kept-clients.ts'
import { checkCodeVerifiers } from '../tokens/code-verifiers.ts'
import { resultOf } from '../authorization/interaction-result.ts'
import type { Decisions } from '../authorization/policy.ts'
import { recordKinds, TOKEN_PREFIXES } from '../store/records.ts'
import { timedToken } from '../store/token-ids.ts'

export function applyOverrides(
  provider: Provider,
  store: Store,
  findClient: FindClient,
  wrongSecrets: WrongSecrets,
  finishOf: Decisions['finishOf'],
): void {
  keepClients(provider, findClient)
  nameTokens(provider)
  dateTokens(provider)
  compareHashedSecrets(provider, wrongSecrets)
  insertReplays(provider, store)
  checkCodeVerifiers(provider, store)
  hideForeignTokens(provider)
  askForProof(provider)
  keepSessionOnRenewal(provider)
  issueDecidedAcr(provider, finishOf)
}

/** A token tells its kind, so that it is looked for in one collection, and found by those who search for leaked ones. */
function nameTokens(provider: Provider): void {
  for (const [model, prefix] of Object.entries({ AuthorizationCode: '', ...TOKEN_PREFIXES })) {
    const { prototype } = provider[model as 'AccessToken'] as unknown as { prototype: { generateTokenId(): string } }
    const { generateTokenId } = prototype
    prototype.generateTokenId = function () {
      return prefix + timedToken(generateTokenId.call(this))
    }
  }
}

/**
 * What is obtained after an account was reset counts at once, also while this process's clock is behind that of the one
 * which did it, or was set back since. The library has found the account standing, as it was before.
 */
function dateTokens(provider: Provider): void {
  for (const model of ['AuthorizationCode', 'AccessToken', 'RefreshToken'] as const) {
    const prototype = provider[model].prototype as unknown as { iat?: number; save(): Promise<string> }
    const { save } = prototype
    prototype.save = function () {
      const { validFrom = 0 } = recordOf(Provider.ctx?.oidc.account) ?? {}
      if (validFrom * 1000 > Date.now()) this.iat ??= validFrom
      return save.call(this)
    }
  }
}

/** Secrets are stored as SHA-256. Comparing hashes of 256 random bits leaks nothing by its time. */
function compareHashedSecrets(provider: Provider, wrongSecrets: WrongSecrets): void {
  type Client = { clientId: string; clientSecret?: string }
  const prototype = provider.Client.prototype as unknown as { compareClientSecret(actual: string): boolean }
  prototype.compareClientSecret = function (this: Client, actual: string) {
    const ctx = Provider.ctx!
    wrongSecrets.requireOpen(ctx, this.clientId)
    const matches = secretMatches(this.clientSecret, sha256(actual), Date.now())
    if (!matches) wrongSecrets.seen(ctx, this.clientId)
    return matches
  }
}

/** The library looks and then saves: two parallel uses of one assertion both pass. One insert lets one pass. */
function insertReplays(provider: Provider, store: Store): void {
  const replays = store.collection(recordKinds.ReplayDetection!.declaration)
  const Replay = provider.ReplayDetection as unknown as {
    unique(iss: string, jti: string, exp: number): Promise<boolean>
  }
  Replay.unique = async (iss, jti, exp) => {
    try {
      await replays.insert({ id: sha256(JSON.stringify([iss, jti])), payload: {}, expiresAt: exp * 1000 })
      return true
    } catch (error) {
      if (error instanceof Conflict) return false
      throw error
    }
  }
}

/** A token for a resource is no token at our userinfo endpoint: the library would say that it only lacks a scope. */
function hideForeignTokens(provider: Provider): void {
  const model = provider.AccessToken
  const { find } = model
  model.find = async function findForRoute(value, options) {
    const token = (await find.call(this, value, options)) as InstanceType<typeof model> | undefined
    return Provider.ctx?.oidc.route === 'userinfo' && token?.aud !== undefined ? undefined : token
  } as typeof find
}

/** A bound token without its proof is refused with 401 (RFC 9449, section 7.1); the library calls it a malformed request. */
function askForProof(provider: Provider): void {
  type Context = { ctx: KoaContextWithOIDC }
  const { OIDCContext } = provider as unknown as {
    OIDCContext: { prototype: { getAccessToken(this: Context, options?: object): string } }
  }
  const { getAccessToken } = OIDCContext.prototype
  OIDCContext.prototype.getAccessToken = function (options) {
    const { authorization, dpop } = this.ctx.headers
    if (/^dpop /i.test(authorization ?? '') && !dpop) throw new errors.InvalidDpopProof('DPoP proof JWT is missing')
    return getAccessToken.call(this, options)
  }
}

/**
 * At sign-in the library destroys the session under its old cookie; ours is one document that gets the new cookie. It
 * does so after a mere consent too, where nothing was gained, and other tabs would be left with a dead cookie.
 */
function keepSessionOnRenewal(provider: Provider): void {
  const prototype = provider.Session.prototype as unknown as {
    save(ttl: number): Promise<string>
    resetIdentifier(): void
  }
  const { save, resetIdentifier } = prototype
  prototype.resetIdentifier = function () {
    if (resultOf(Provider.ctx?.oidc.result).login) resetIdentifier.call(this)
  }
  prototype.save = function (this: { oldId?: string }, ttl: number) {
    delete this.oldId
    return save.call(this as never, ttl)
  }
}

/** The session has one `acr`; a request gets the first of its own `acr_values` that is met. */
function issueDecidedAcr(provider: Provider, finishOf: Decisions['finishOf']): void {
  const { OIDCContext } = provider as unknown as { OIDCContext: { prototype: object } }
  type Context = { session: { acr?: string; amr?: string[] } }
  Object.defineProperties(OIDCContext.prototype, {
    acr: { get: acrOf, configurable: true },
    amr: { get: amrOf, configurable: true },
  })
  function acrOf(this: Context) {
    return finishOf(this)?.acr ?? this.session.acr
  }
  function amrOf(this: Context) {
    return finishOf(this)?.amr ?? this.session.amr
  }
}
