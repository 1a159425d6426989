// What a sign-in would ask, one step after the other, if the person did each time what is offered first.
import { withoutPasswordChange } from '../accounts/account.ts'
import type { MethodFacts, SignInPolicy } from './method-facts.ts'
import { skipKeyOf } from './missing-enrolment.ts'
import { nextStep, type Step } from './next-step.ts'
import type { Situation } from './situation.ts'

export interface Foreseen {
  step: Step
  /** What it is asked for: the settings, and the parameters of the request, without which it would not be. */
  because: Reason[]
}

export type Reason = keyof SignInPolicy | 'acr' | 'max_age' | 'prompt'

/** More steps than any sign-in has. */
const MOST = 20

/**
 * @param start the person as named, and what a session has proven; `methods` as they are offered then
 * @param known what the account has, which counts once something is proven
 */
export function foresee(start: Situation, known: readonly MethodFacts[]): Foreseen[] {
  const foreseen: Foreseen[] = []
  let at: Situation | undefined = start
  while (at && foreseen.length < MOST) {
    const step = nextStep(at)
    foreseen.push({ step, because: reasonsOf(at, step) })
    at = answered(at, step, known)
  }
  return foreseen
}

/** The person does as they are asked; undefined where there is nothing to do. */
function answered(at: Situation, step: Step, known: readonly MethodFacts[]): Situation | undefined {
  const proven = (id: string | undefined): Situation | undefined => {
    const method = known.find(one => one.id === id)
    if (!method) return undefined
    const { factors, resistsPhishing } = method
    const proof = { method: method.id, factors: [...factors], amr: [], resistsPhishing, at: at.now }
    return { ...at, methods: known, proofs: [...at.proofs, proof] }
  }
  switch (step.kind) {
    case 'select':
      return { ...at, selected: true }
    case 'prove':
      return proven(step.methods.find(id => known.some(one => one.id === id && (one.first || one.second))))
    case 'enrol':
      if (step.skippable) return { ...at, skipped: [...at.skipped, skipKeyOf(step)] }
      return proven(step.methods[0])
    case 'change-password':
      return { ...at, account: withoutPasswordChange(at.account!) }
    case 'complete':
      return { ...at, lacking: [] }
    case 'consent':
      return { ...at, consent: { ...at.consent, decided: true } }
    default:
      return undefined
  }
}

/** A setting is a reason where, without it, the next step would be another. */
function reasonsOf(at: Situation, step: Step): Reason[] {
  const { policy, request } = at
  const { maxAge: _age, ...ageless } = request
  const { proofsLast: _last, ...lasting } = policy
  const without: Partial<Record<Reason, Situation>> = {
    secondFactor: { ...at, policy: { ...policy, secondFactor: 'off' } },
    requiredAcr: { ...at, policy: { ...policy, requiredAcr: 'urn:latchkey:acr:1' } },
    allowedMethods: { ...at, policy: { ...policy, allowedMethods: 'all' } },
    rememberSecondFactor: { ...at, policy: { ...policy, rememberSecondFactor: Infinity } },
    proofsLast: { ...at, policy: lasting },
    emailVerification: { ...at, policy: { ...policy, emailVerification: 'optional' } },
    confirmNewDevice: { ...at, policy: { ...policy, confirmNewDevice: 'off' } },
    acr: { ...at, request: { ...request, acrValues: [] } },
    max_age: { ...at, request: ageless },
    prompt: { ...at, request: { ...request, prompts: [] } },
  }
  const said = JSON.stringify(step)
  // The end is the same for many reasons, and says by itself what was reached.
  if (step.kind === 'finish') return []
  return Object.entries(without)
    .filter(([, situation]) => JSON.stringify(nextStep(situation)) !== said)
    .map(([reason]) => reason as Reason)
}
