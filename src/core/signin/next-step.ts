// The one decision of every sign-in: what has to happen next. Pure, so that it can be tested as a table. It is asked on
// every authorization request (a live session included) and on every page of an attempt; nothing else decides.
import { mayComeBack, type Account } from '../accounts/account.ts'
import { missingConfirmation } from './confirmation.ts'
import { missingEnrolment, type Enrolment } from './missing-enrolment.ts'
import { levelFor } from './level.ts'
import {
  allowedMethods,
  freshProofs,
  isLevelUnmet,
  missingProof,
  passwordChange,
  type Missing,
} from './missing-proof.ts'
import { isEmptyScope, missingScope, type Scope } from './request.ts'
import { issuedAcr, issuedAmr, type Proof } from './proof.ts'
import type { Situation } from './situation.ts'

type PasswordChangeReason = NonNullable<Account['passwordChange']>['reason']

export type Step =
  | { kind: 'select' }
  /** `methods` vouch for who was invited: by them there is no form to fill in. */
  | { kind: 'register'; methods?: string[] }
  /** `methods` find out by themselves who it is. */
  | { kind: 'identify'; methods: string[]; reason?: 'other_account' }
  /** The browser has to compute for a moment first. */
  | { kind: 'work' }
  | ({ kind: 'prove' } & Missing)
  /** A mail to get back in by is on its way. */
  | { kind: 'recover' }
  | { kind: 'disabled' }
  /** Its owner has closed it, and may have it back: until then (epoch milliseconds), where it is to be purged. */
  | { kind: 'come-back'; until?: number }
  | { kind: 'verify-email' }
  /** `isNewVersion`: an older one was accepted before. */
  | { kind: 'accept-terms'; version: string; isNewVersion: boolean }
  /** The account has to have these, and has not: the names of fields in a form. */
  | { kind: 'complete'; lacking: string[] }
  /** The address is proven, and there is no way to sign in yet. */
  | { kind: 'secure' }
  | { kind: 'choose-username' }
  | { kind: 'change-password'; reason: PasswordChangeReason }
  | ({ kind: 'enrol' } & Enrolment)
  | { kind: 'consent'; missing: Scope }
  | { kind: 'refuse'; error: 'unmet_authentication_requirements' | 'access_denied'; description: string }
  | { kind: 'finish'; acr: string; amr: string[]; at: number }

export function nextStep(situation: Situation): Step {
  const { request, account, consent } = situation
  const prompts = new Set(request.prompts)

  if (!situation.fromAllowedNetwork) return notFromHere
  if (situation.registration === 'unproven') return { kind: 'verify-email' }
  if (situation.registration === 'unsecured') return { kind: 'secure' }
  if (situation.registration === 'invited') return { kind: 'register', methods: identify(situation).methods }
  if (situation.registration === 'username_taken') return { kind: 'choose-username' }
  if (situation.recovering) return { kind: 'recover' }
  if (prompts.has('select_account') && account && !situation.selected) return { kind: 'select' }
  if (prompts.has('create') && (!situation.identified || situation.startedAt === undefined)) return { kind: 'register' }
  if (!situation.identified) return identify(situation)

  const missing = missingProof(situation)
  if (missing?.role === 'first' && situation.workDue) return { kind: 'work' }
  if (missing) return { kind: 'prove', ...missing }
  if (!account) return identify(situation)
  if (account.status !== 'active') return closed(account, situation.now)
  if (request.expectedAccountId && request.expectedAccountId !== account.id) {
    return { ...identify(situation), reason: 'other_account' }
  }
  const confirming = missingConfirmation(situation)
  // An address that is not proven can confirm nothing yet.
  if (isVerificationDue(account, situation) || (confirming && !account.emailVerified)) return { kind: 'verify-email' }
  if (confirming) return { kind: 'prove', role: 'second', methods: confirming }
  const terms = missingTerms(account, situation)
  if (terms) return terms
  if (situation.lacking?.length) return { kind: 'complete', lacking: situation.lacking }
  const change = passwordChange(situation)
  if (change) return { kind: 'change-password', reason: change.reason }

  const enrolment = missingEnrolment(situation)
  if (enrolment) return { kind: 'enrol', ...enrolment }
  if (isLevelUnmet(situation)) return unmet(situation)

  // prompt=consent asks about all of it again, also about what was given before.
  const missingConsent = missingScope(request, prompts.has('consent') ? undefined : consent.given)
  const asked = prompts.has('consent') || (!consent.firstParty && !isEmptyScope(missingConsent))
  if (asked && !consent.decided) return { kind: 'consent', missing: missingConsent }

  const proofs = freshProofs(situation)
  const level = levelFor(proofs, allowedMethods(situation))
  return {
    kind: 'finish',
    acr: issuedAcr(request.acrValues, level),
    amr: issuedAmr(proofs, level),
    at: authTime(proofs),
  }
}

const notFromHere: Step = {
  kind: 'refuse',
  error: 'access_denied',
  description: 'policy lets nobody sign in from this address',
}

/** Policy may let an address go unproven, for a while or for good. */
function isVerificationDue({ emailVerified, createdAt }: Account, { policy, now }: Situation): boolean {
  if (emailVerified || policy.emailVerification === 'optional') return false
  return now >= createdAt + policy.emailVerificationGrace * 1000
}

function missingTerms({ terms = [] }: Account, { termsVersion: version }: Situation): Step | undefined {
  if (version === undefined || terms.at(-1)?.version === version) return undefined
  return { kind: 'accept-terms', version, isNewVersion: terms.length > 0 }
}

function closed(account: Account, now: number): Step {
  if (!mayComeBack(account, now)) return { kind: 'disabled' }
  return { kind: 'come-back', ...(account.purgeAt ? { until: account.purgeAt } : {}) }
}

function identify({ methods, policy: { allowedMethods: allowed } }: Situation): Extract<Step, { kind: 'identify' }> {
  const able = methods.filter(({ id, identifies }) => identifies && (allowed === 'all' || allowed.includes(id)))
  return { kind: 'identify', methods: able.map(({ id }) => id) }
}

function unmet({ request, policy }: Situation): Step {
  const wanted = [...request.acrValues, policy.requiredAcr].join(' ')
  return {
    kind: 'refuse',
    error: 'unmet_authentication_requirements',
    description: `the acr that is asked for cannot be reached: ${wanted}`,
  }
}

/** `auth_time`: when the person last proved themselves, in epoch seconds. */
function authTime(proofs: readonly Proof[]): number {
  return Math.floor(Math.max(0, ...proofs.map(proof => proof.at)) / 1000)
}
