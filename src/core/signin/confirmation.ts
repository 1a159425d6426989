// Whether the mailbox has to confirm where a sign-in comes from, beside all else that it proves.
import type { MethodFacts } from './method-facts.ts'
import { isProvenBy } from './level.ts'
import { allowedMethods, freshProofs } from './missing-proof.ts'
import type { Proof } from './proof.ts'
import type { Situation } from './situation.ts'

/**
 * The methods (ids) that would confirm this browser; undefined where that is not asked for. A session is asked too: one that
 * began where policy asks for less is good for no more here.
 */
export function missingConfirmation(situation: Situation): string[] | undefined {
  const { policy, device } = situation
  if (policy.confirmNewDevice === 'off' || device.confirmed === 'network') return undefined
  if (policy.confirmNewDevice === 'device' && device.confirmed) return undefined
  const methods = allowedMethods(situation)
  if (confirmsDevice(freshProofs(situation), methods)) return undefined
  return methods.filter(({ mailed, first }) => mailed && first).map(({ id }) => id)
}

/** By the mailbox; or by a passkey, which nobody can be talked into using elsewhere. */
export function confirmsDevice(proofs: readonly Proof[], methods: readonly MethodFacts[]): boolean {
  if (proofs.some(({ resistsPhishing, factors }) => resistsPhishing && factors.length > 1)) return true
  return methods.some(method => method.mailed && isProvenBy(method, proofs))
}
