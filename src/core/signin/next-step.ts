// The one decision of every sign-in: what has to happen next. Pure, so that it can be tested as a table. It is asked on
// every authorization request (a live session included) and on every page of an attempt; nothing else decides.
import { standing, type Account } from '../accounts/account.ts'
import { isEmptyScope, missingScope, type AuthRequest, type Scope } from './request.ts'
import { issuedAcr, issuedAmr, levelOf, levelOfAcr, type Proof } from './proof.ts'

/** A method as the decision sees it: data, no code. */
export interface MethodFacts {
  id: string
  factor: Proof['factor']
  resistsPhishing: boolean
  /** Whether the account can prove itself by it; for an unknown account as for one that can, so that nothing shows. */
  enrolled: boolean
}

export interface Situation {
  /** Epoch milliseconds. */
  now: number
  request: AuthRequest
  /** Who this is about: named on a page, or by the live session. */
  account?: Account
  /** Whether a name was given; it may be nobody's. */
  identified: boolean
  /** What was proven, in this attempt and in the live session that it continues. */
  proofs: readonly Proof[]
  /** When the attempt began; undefined when there is only a session. `prompt=login` wants a proof from after it. */
  startedAt?: number
  /** How far a registration begun in this attempt has come. */
  registration?: 'unproven' | 'username_taken'
  /** Whether the person has said which account to use. */
  selected: boolean
  methods: readonly MethodFacts[]
  /** The least `acr` that policy asks of every sign-in of this kind. */
  requiredAcr: string
  consent: {
    /** The app is ours, and flagged so by an admin: it is not asked about. */
    firstParty: boolean
    /** What the person let this app have before. */
    given?: Scope
    /** Whether the person has decided in this attempt. */
    decided: boolean
  }
}

export type Step =
  | { kind: 'select' }
  | { kind: 'register' }
  | { kind: 'identify'; reason?: 'other_account' }
  | { kind: 'prove'; methods: string[] }
  | { kind: 'disabled' }
  | { kind: 'verify-email' }
  | { kind: 'choose-username' }
  | { kind: 'consent'; missing: Scope }
  | { kind: 'refuse'; error: 'unmet_authentication_requirements'; description: string }
  | { kind: 'finish'; acr: string; amr: string[]; at: number }

export function nextStep(situation: Situation): Step {
  const { request, account, consent } = situation
  const prompts = new Set(request.prompts)

  if (situation.registration === 'unproven') return { kind: 'verify-email' }
  if (situation.registration === 'username_taken') return { kind: 'choose-username' }
  if (prompts.has('select_account') && account && !situation.selected) return { kind: 'select' }
  if (prompts.has('create') && (!situation.identified || situation.startedAt === undefined)) return { kind: 'register' }
  if (!situation.identified) return { kind: 'identify' }

  const proof = proofStep(situation)
  if (proof || !account) return proof ?? { kind: 'identify' }
  if (account.status === 'disabled') return { kind: 'disabled' }
  if (request.expectedAccountId && request.expectedAccountId !== account.id) {
    return { kind: 'identify', reason: 'other_account' }
  }
  if (!account.emailVerified) return { kind: 'verify-email' }

  // prompt=consent asks about all of it again, also about what was given before.
  const missing = missingScope(request, prompts.has('consent') ? undefined : consent.given)
  const asked = prompts.has('consent') || (!consent.firstParty && !isEmptyScope(missing))
  if (asked && !consent.decided) return { kind: 'consent', missing }

  const counted = countedProofs(situation)
  return {
    kind: 'finish',
    acr: issuedAcr(request.acrValues, levelOf(counted)),
    amr: issuedAmr(counted),
    at: authTime(counted),
  }
}

/** Proofs that still stand for this account. */
function countedProofs({ account, proofs }: Situation): Proof[] {
  return account ? proofs.filter(proof => account.status === 'disabled' || standing(account, seconds(proof.at))) : []
}

function proofStep(situation: Situation): Step | undefined {
  const { request, methods } = situation
  const counted = countedProofs(situation)
  const enrolled = methods.filter(method => method.enrolled)
  const offer = (some: readonly MethodFacts[]): Step => ({ kind: 'prove', methods: some.map(method => method.id) })

  if (!counted.some(proof => proof.at >= freshSince(situation))) return offer(enrolled)

  const level = levelOf(counted)
  const wanted = wantedLevels(situation)
  if (wanted.reached(level)) return undefined
  const raisedBy = (method: MethodFacts) => levelOf([...counted, method])
  const raising = enrolled.filter(method => wanted.reached(raisedBy(method)))
  if (raising.length > 0) return offer(raising)
  if (!wanted.essential(level)) return undefined
  // What the app only wishes for may be out of reach, and what policy asks for still within it.
  const enough = enrolled.filter(method => !wanted.essential(raisedBy(method)))
  if (enough.length > 0) return offer(enough)
  return {
    kind: 'refuse',
    error: 'unmet_authentication_requirements',
    description: `the acr that is asked for cannot be reached: ${[...request.acrValues, situation.requiredAcr].join(' ')}`,
  }
}

/** Which levels would do: one of those that the app asked for, and never less than policy asks. */
function wantedLevels({ request, requiredAcr }: Situation) {
  const least = levelOfAcr(requiredAcr) ?? Infinity
  const asked = request.acrValues.map(acr => levelOfAcr(acr) ?? Infinity)
  const meetsAsked = (level: number) => asked.length === 0 || asked.some(one => one <= level)
  return {
    reached: (level: number) => level >= least && meetsAsked(level),
    /** Whether a sign-in that stays below must not go on: a mere wish of the app's does not stop it. */
    essential: (level: number) => level < least || (request.acrEssential && !meetsAsked(level)),
  }
}

/**
 * The time (epoch milliseconds) from which on a proof is fresh enough for this request. One that was given in the attempt
 * is: however short `max_age` is, the pages that follow must not make it too old again.
 */
function freshSince({ request, now, startedAt = Infinity }: Situation): number {
  const forMaxAge = request.maxAge === undefined ? 0 : Math.min(now - request.maxAge * 1000, startedAt)
  // A session alone never satisfies prompt=login: only what is proven in the attempt that it asks for.
  const forLogin = request.prompts.includes('login') ? startedAt : 0
  return Math.max(forMaxAge, forLogin)
}

/** `auth_time`: when the person last proved themselves, in epoch seconds. */
function authTime(proofs: readonly Proof[]): number {
  return seconds(Math.max(0, ...proofs.map(proof => proof.at)))
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
