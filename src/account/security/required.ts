// What policy needs an account to keep.
import type { Account } from '../../core/accounts/account.ts'
import type { HeldPolicy } from '../../core/policy/held.ts'
import type { MethodFacts } from '../../core/signin/method-facts.ts'
import { allowedMethods } from '../../core/signin/missing-proof.ts'
import { levelOf, levelOfAcr } from '../../core/signin/proof.ts'
import { Refused } from '../../lib/errors.ts'
import type { RemovalCheck } from '../../methods/enrolment.ts'
import { ACCOUNT_CONSOLE } from '../../oidc/consoles/console-clients.ts'

/** Refuses (`factor.required`) what would leave the account unable to sign in as policy asks. */
export function keepRequired(policy: HeldPolicy, { roles }: Account): RemovalCheck {
  const { settings } = policy.resolve({ guards: ACCOUNT_CONSOLE.guards, roles })
  const { secondFactor, requiredAcr } = settings
  const reach = (methods: readonly MethodFacts[]) => levelThrough(allowedMethods({ methods, policy: settings }))
  const needed = Math.max(secondFactor === 'required' ? 2 : 0, levelOfAcr(requiredAcr) ?? 0)
  return (had, left) => {
    // The last way to sign in is looked after by removal itself; what falls short already is not made worse.
    if (needed < 2 || reach(had) < needed || reach(left) >= needed) return
    throw new Refused('factor.required', {
      status: 409,
    })
  }
}

/** Without what one falls back on: it goes with the last second step, and so does not stand in for one. */
function levelThrough(facts: readonly MethodFacts[]): number {
  return levelOf(facts.filter(({ first, second, enrolled, backup }) => !backup && (second || (first && enrolled))))
}
