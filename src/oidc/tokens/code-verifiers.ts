import Provider, { errors } from 'oidc-provider'
import { sha256 } from '../../lib/ids.ts'
import type { Store } from '../../storage/port.ts'
import { recordKinds, type ProviderRecord } from '../store/records.ts'
import { recordIdOf } from '../store/token-ids.ts'

type AuthorizationCode = InstanceType<Provider['AuthorizationCode']>

/** So many wrong verifiers end a code: an app's mistake can be mended, guessing cannot go on. */
const MAX_WRONG = 5

/**
 * Checks `code_verifier` when a code is looked up by its own client (RFC 7636, section 4.6), and counts the wrong ones.
 * The library's own check, which still follows, counts nothing and calls a verifier that is too short an invalid request.
 */
export function checkCodeVerifiers(provider: Provider, store: Store): void {
  const codes = store.collection(recordKinds.AuthorizationCode!.declaration)
  const model = provider.AuthorizationCode
  const { find } = model
  model.find = async function findForVerifier(value, options) {
    const code = (await find.call(this, value, options)) as AuthorizationCode | undefined
    const { params, client } = Provider.ctx!.oidc
    if (!code || code.clientId !== client!.clientId) return code
    if (fits(params!.code_verifier as string | undefined, code.codeChallenge)) {
      // Whatever comes of it (a second use revokes the grant), the audit can say whose it was.
      Provider.ctx!.oidc.entity('AuthorizationCode', code)
      return code
    }

    const tried = await codes.update(recordIdOf(value), countWrong)
    if (tried && wrongOf(tried) >= MAX_WRONG) await codes.remove(tried.id)
    throw new errors.InvalidGrant('code_verifier does not match code_challenge')
  } as typeof find
}

function fits(verifier: string | undefined, challenge: string | undefined): boolean {
  return verifier === undefined ? challenge === undefined : sha256(verifier) === challenge
}

function countWrong(record: ProviderRecord): ProviderRecord {
  return { ...record, payload: { ...record.payload, wrongVerifiers: wrongOf(record) + 1 } }
}

function wrongOf({ payload }: ProviderRecord): number {
  return (payload.wrongVerifiers as number | undefined) ?? 0
}
