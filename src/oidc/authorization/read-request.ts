// Reads what an authorization request asks for, out of what the library has parsed and checked.
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { SCREENS, type AuthRequest } from '../../core/signin/request.ts'
import { unaskedClaims } from '../accounts/claims.ts'

/** @throws InvalidRequest for a hint that cannot be anybody's name */
export function readRequest(ctx: KoaContextWithOIDC): AuthRequest {
  const { oidc } = ctx
  const params = oidc.params as Record<string, string | undefined>
  const acr = readAcr(params)
  const hinted = oidc.entities.IdTokenHint?.payload.sub ?? oidc.claims.id_token?.sub?.value
  const expected = typeof hinted === 'string' ? hinted : undefined
  const requested = oidc.requestParamScopes
  const resources = Object.entries(oidc.resourceServers ?? {}).map(([identifier, server]) => {
    const offered = new Set(server.scope?.split(' '))
    return [identifier, [...requested].filter(scope => offered.has(scope))] as const
  })
  return {
    prompts: [...oidc.prompts],
    ...(params.max_age === undefined ? {} : { maxAge: Number(params.max_age) }),
    acrValues: acr.values,
    acrEssential: acr.essential,
    ...(expected ? { expectedAccountId: expected } : {}),
    ...(params.login_hint ? { loginHint: readLoginHint(params.login_hint) } : {}),
    ...screenOf(params.screen_hint),
    scopes: [...oidc.requestParamOIDCScopes],
    claims: [...oidc.requestParamClaims].filter(claim => !unaskedClaims.has(claim)),
    resources: Object.fromEntries(resources),
  }
}

/** Longer than an address can be. What is cut would be another name, so it is refused. */
const LONGEST_HINT = 320

function readLoginHint(hint: string): string {
  if (hint.length > LONGEST_HINT)
    throw new errors.InvalidRequest(`login_hint is longer than ${LONGEST_HINT} characters`)
  return hint
}

/** A mere hint: what is not known is passed over. */
function screenOf(hint: string | undefined): Pick<AuthRequest, 'screen'> {
  const screen = SCREENS.find(one => one === hint)
  return screen ? { screen } : {}
}

/** `acr_values` is a wish; the `acr` claim marked essential is a condition (OIDC Core 1.0, section 5.5.1.1). */
function readAcr(params: Record<string, string | undefined>): { values: string[]; essential: boolean } {
  const wished = params.acr_values?.split(' ').filter(Boolean) ?? []
  const claim = params.claims
    ? (JSON.parse(params.claims) as { id_token?: { acr?: AcrClaim | null } }).id_token?.acr
    : undefined
  const claimed = [claim?.value, ...(Array.isArray(claim?.values) ? claim.values : [])].filter(
    value => typeof value === 'string',
  )
  return claimed.length > 0 && claim?.essential === true
    ? { values: claimed, essential: true }
    : { values: [...wished, ...claimed], essential: false }
}

interface AcrClaim {
  essential?: unknown
  value?: unknown
  values?: unknown
}
