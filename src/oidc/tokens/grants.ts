// One grant per session and client, made from what the person let the app have.
import type Provider from 'oidc-provider'
import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { Consents } from '../../core/consents.ts'
import { isEmptyScope, joinScope, missingScope, type Scope } from '../../core/signin/request.ts'
import { newSecret } from '../../lib/ids.ts'
import type { Store } from '../../storage/port.ts'
import { recordOf } from '../accounts/account.ts'
import { resultOf } from '../authorization/interaction-result.ts'
import { readRequest } from '../authorization/read-request.ts'
import { sessionDeclaration } from '../store/records.ts'

type LoadedGrant = InstanceType<Provider['Grant']>
type Authorizations = Record<string, { grantId?: string }>

/** The library's `loadExistingGrant`: the session's grant for this client, widened by what has been agreed to since. */
export function createGrantLoader(store: Store, consents: Consents) {
  const sessions = store.collection(sessionDeclaration)

  return async function loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { oidc } = ctx
    const { clientId } = oidc.client!
    const grantId = oidc.session!.grantIdFor(clientId)
    const found = grantId ? await oidc.provider.Grant.find(grantId) : undefined
    const known = found?.accountId === oidc.account!.accountId ? found : undefined

    const request = readRequest(ctx)
    const decided = resultOf(oidc.result).consent
    if (known && !decided && isEmptyScope(missingScope(request, scopeOfGrant(known)))) return known

    const given = await givenTo(ctx, request)
    if (!given && !decided) return known
    const grant = known ?? (await newGrant(ctx))
    addToGrant(grant, given, decided?.refused)
    await grant.save()
    return grant
  }

  /** What this app may have without being asked about now. */
  async function givenTo(ctx: KoaContextWithOIDC, request: Scope): Promise<Scope | undefined> {
    const decided = resultOf(ctx.oidc.result).consent
    if (ctx.oidc.client!.first_party === true && !decided) return request
    const remembered = await consents.get(recordOf(ctx.oidc.account)!.id, ctx.oidc.client!.clientId)
    return decided ? joinScope(decided.given, remembered) : remembered
  }

  /** Parallel first requests of one session for one client agree on one grant, or the first one's code would be dead. */
  async function newGrant({ oidc }: KoaContextWithOIDC): Promise<LoadedGrant> {
    const { clientId } = oidc.client!
    const wanted = newSecret()
    const session = await sessions.update(oidc.session!.uid, known => {
      const authorizations = (known.payload.authorizations ?? {}) as Authorizations
      if (known.endedAt || authorizations[clientId]?.grantId) return known
      const claimed = { ...authorizations, [clientId]: { ...authorizations[clientId], grantId: wanted } }
      return { ...known, payload: { ...known.payload, authorizations: claimed } }
    })
    const claimed = (session?.payload.authorizations as Authorizations | undefined)?.[clientId]?.grantId
    const superseded = claimed === oidc.session!.grantIdFor(clientId)
    const grant = new oidc.provider.Grant({ accountId: oidc.account!.accountId, clientId })
    grant.jti = claimed && !superseded ? claimed : wanted
    return grant
  }
}

/** Everything that this grant says something about, given or refused. */
export function scopeOfGrant(grant: Grant): Scope {
  const words = (text: string) => text.split(' ').filter(Boolean)
  const resources = Object.keys({ ...grant.resources, ...grant.rejected?.resources })
  return {
    scopes: words(grant.getOIDCScopeEncountered()),
    claims: grant.getOIDCClaimsEncountered(),
    resources: Object.fromEntries(resources.map(one => [one, words(grant.getResourceScopeEncountered(one))])),
  }
}

function addToGrant(grant: Grant, given: Scope | undefined, refused: Scope | undefined): void {
  if (given) allowAgain(grant, given)
  if (given?.scopes.length) grant.addOIDCScope(given.scopes.join(' '))
  if (given?.claims.length) grant.addOIDCClaims(given.claims)
  for (const [resource, scopes] of Object.entries(given?.resources ?? {}))
    grant.addResourceScope(resource, scopes.join(' '))
  if (refused?.scopes.length) grant.rejectOIDCScope(refused.scopes.join(' '))
  if (refused?.claims.length) grant.rejectOIDCClaims(refused.claims)
  for (const [resource, scopes] of Object.entries(refused?.resources ?? {}))
    grant.rejectResourceScope(resource, scopes.join(' '))
}

/** In the library what was once rejected wins over what is given later, and nothing takes it back. */
function allowAgain(grant: Grant, given: Scope): void {
  const { rejected } = grant
  if (!rejected) return
  const without = (text: string | undefined, taken: string[] = []) =>
    (text ?? '')
      .split(' ')
      .filter(one => one && !taken.includes(one))
      .join(' ')
  if (rejected.openid) {
    rejected.openid = {
      scope: without(rejected.openid.scope, given.scopes),
      claims: (rejected.openid.claims ?? []).filter(claim => !given.claims.includes(claim)),
    }
  }
  for (const [resource, scopes] of Object.entries(rejected.resources ?? {})) {
    rejected.resources![resource] = without(scopes, given.resources[resource])
  }
}
