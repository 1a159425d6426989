// The level that proofs reach for an account, by what it has set up.
import type { MethodFacts } from './method-facts.ts'
import { levelOf, type Proof } from './proof.ts'

/** As `levelOf`, but one factor's at the most where the second factor of the account was passed by. */
export function levelFor(proofs: readonly Proof[], methods: readonly MethodFacts[]): number {
  return passesSecondBy(proofs, methods) ? Math.min(levelOf(proofs), 1) : levelOf(proofs)
}

/**
 * Whether the account has a second factor to be asked for, and nothing of that kind was proven. The mailbox and the
 * password are two factors, and still not the authenticator app that was set up to stand beside them.
 */
export function passesSecondBy(proofs: readonly Proof[], methods: readonly MethodFacts[]): boolean {
  if (!methods.some(({ protects }) => protects)) return false
  if (proofs.some(({ factors }) => factors.length > 1)) return false
  return !methods.some(method => method.second && isProvenBy(method, proofs))
}

export function isProvenBy({ id }: MethodFacts, proofs: readonly Proof[]): boolean {
  return proofs.some(({ method }) => method === id)
}
