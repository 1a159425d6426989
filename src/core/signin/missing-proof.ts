// Which proof a sign-in lacks: the first, the second factor that the account or policy wants, or one that raises the level.
import { secondFactorStanding, type Account } from '../accounts/account.ts'
import { isOfRemoved } from '../accounts/removed-factors.ts'
import { isProvenBy, levelFor, passesSecondBy } from './level.ts'
import type { MethodFacts, SignInPolicy } from './method-facts.ts'
import type { Situation } from './situation.ts'
import { levelOf, levelOfAcr, type Proof } from './proof.ts'

export interface Missing {
  role: 'first' | 'second'
  /** Ids; empty when the account has nothing that would do. */
  methods: string[]
}

type Having = Pick<Situation, 'methods'> & { policy: Pick<SignInPolicy, 'allowedMethods'> }

/** Undefined when nothing is missing that the person could give. */
export function missingProof(situation: Situation): Missing | undefined {
  const proofs = freshProofs(situation)
  const methods = allowedMethods(situation)
  if (proofs.length === 0) return { role: 'first', methods: idsOf(methods.filter(({ first }) => first)) }
  const missing = missingSecond(situation, proofs, methods) ?? missingLevel(situation, proofs, methods)
  return missing && { role: 'second', methods: idsOf(missing) }
}

/** Why the account has to have another password first; not where passwords do not count. */
export function passwordChange({
  account,
  policy: { allowedMethods: allowed },
}: Pick<Situation, 'account'> & { policy: Pick<SignInPolicy, 'allowedMethods'> }): Account['passwordChange'] {
  return allowed === 'all' || allowed.includes('password') ? account?.passwordChange : undefined
}

/** Proofs that still stand for this account, by methods that count here, and as young as they have to be here. */
function countedProofs({ account, proofs, policy, now, startedAt = Infinity }: Situation): Proof[] {
  if (!account) return []
  const { allowedMethods: allowed, proofsLast = Infinity } = policy
  // What was proven before its owner closed it does not bring it back. To one that stays closed it is only told so.
  const isClosedByAdmin = account.status !== 'active' && account.closing?.by !== 'person'
  const since = Math.min(now - proofsLast * 1000, startedAt)
  return proofs.filter(
    proof =>
      proof.at >= since &&
      (seconds(proof.at) >= account.validFrom || isClosedByAdmin) &&
      !isOfRemoved(account.removedFactors, proof) &&
      (allowed === 'all' || allowed.includes(proof.method)),
  )
}

/**
 * The proofs that all of this request is held to. An app that asks for an age, or for a sign-in (`prompt=login`: OIDC Core
 * 1.0, section 3.1.2.1), asks for the person to be authenticated anew: a code that was given weeks ago does not make a fresh
 * proof into two factors.
 */
export function freshProofs(situation: Situation): Proof[] {
  const since = freshSince(situation)
  return countedProofs(situation).filter(({ at }) => at >= since)
}

export function allowedMethods({ methods, policy }: Having): MethodFacts[] {
  const { allowedMethods: allowed } = policy
  return methods.filter(({ id }) => allowed === 'all' || allowed.includes(id))
}

/** Whether something was proven in this attempt, as against a session that it goes on from. */
export function isFresh({ startedAt = Infinity }: Situation, counted: readonly Proof[]): boolean {
  return counted.some(({ at }) => at >= startedAt)
}

/**
 * The second factor that is asked for because the account has one, or because policy wants one. It is proven once a
 * method that the account uses for it is, and two different factors are, where the account has them: whoever holds the
 * mailbox and the password is not let past the authenticator app.
 */
function missingSecond(
  situation: Situation,
  counted: readonly Proof[],
  methods: readonly MethodFacts[],
): MethodFacts[] | undefined {
  if (!isSecondDemanded(situation, counted, methods)) return undefined
  const usable = methods.filter(({ second }) => second)
  const isProven = usable.some(method => isProvenBy(method, counted))
  if (usable.length > 0 && !isProven) return usable
  return levelOf(counted) > 1 ? undefined : atLeastOne(raising(counted, methods, level => level > 1))
}

function isSecondDemanded(situation: Situation, counted: readonly Proof[], methods: readonly MethodFacts[]): boolean {
  const { policy, device } = situation
  if (policy.secondFactor === 'off' || isSecondSpared(situation, counted)) return false
  if (policy.secondFactor === 'required') return isFresh(situation, counted) || levelFor(counted, methods) < 2
  if (!wasProtected(situation, counted, methods)) return false
  return policy.secondFactor === 'optional' || !device.known
}

/**
 * Whether any of this was proven while the account had a second factor. A session that began before it was set up goes on,
 * and its next sign-in is asked. One that began since then, at an app whose policy asked for less, is asked here.
 */
function wasProtected(situation: Situation, counted: readonly Proof[], methods: readonly MethodFacts[]): boolean {
  const protecting = methods.filter(({ protects }) => protects)
  if (protecting.length === 0) return false
  const since = Math.min(...protecting.map(method => method.since ?? 0))
  return isFresh(situation, counted) || counted.some(({ at }) => at >= since)
}

/**
 * One act that proved two factors, or a device that is remembered for the second. The device is no proof: it raises no
 * level, so an `acr` that is asked for is not met by it (NIST SP 800-63B-4, section 2.2: a cookie is no authenticator).
 */
export function isSecondSpared({ account, policy, device, now }: Situation, counted: readonly Proof[]): boolean {
  if (counted.some(({ factors }) => factors.length > 1)) return true
  const { secondFactorAt: at } = device
  if (at === undefined || !account || !secondFactorStanding(account, at)) return false
  return now - at < policy.rememberSecondFactor * 1000
}

/** What raises the sign-in to the level that the app or policy asks for. */
function missingLevel(
  situation: Situation,
  counted: readonly Proof[],
  methods: readonly MethodFacts[],
): MethodFacts[] | undefined {
  const level = levelFor(counted, methods)
  const wanted = wantedLevels(situation)
  if (wanted.reached(level)) return undefined
  const all = atLeastOne(raising(counted, methods, wanted.reached))
  if (all || !wanted.essential(level)) return all
  // What the app only wishes for may be out of reach, and what policy asks for still within it.
  return atLeastOne(raising(counted, methods, higher => !wanted.essential(higher)))
}

/** Whether the sign-in stays below a level that it must reach. */
export function isLevelUnmet(situation: Situation): boolean {
  return wantedLevels(situation).essential(levelFor(freshProofs(situation), allowedMethods(situation)))
}

/** Which levels would do: one of those that the app asked for, and never less than policy asks. */
function wantedLevels({ request, policy }: Situation) {
  const least = levelOfAcr(policy.requiredAcr) ?? Infinity
  const asked = request.acrValues.map(acr => levelOfAcr(acr) ?? Infinity)
  const meetsAsked = (level: number) => asked.length === 0 || asked.some(one => one <= level)
  return {
    reached: (level: number) => level >= least && meetsAsked(level),
    /** Whether a sign-in that stays below must not go on: a mere wish of the app's does not stop it. */
    essential: (level: number) => level < least || (request.acrEssential && !meetsAsked(level)),
  }
}

/**
 * What the account has set up, and would bring the proofs to a level that does. Where its second factor was passed by, that
 * comes first, whatever may have to follow it.
 */
function raising(
  counted: readonly Proof[],
  methods: readonly MethodFacts[],
  does: (level: number) => boolean,
): MethodFacts[] {
  const others = methods.filter(({ first, second, enrolled }) => first && enrolled && !second)
  const isPassedBy = passesSecondBy(counted, methods)
  return methods.filter(method => {
    if (isPassedBy) return method.second && does(levelOf([...counted, method, ...others]))
    return (method.second || others.includes(method)) && does(levelOf([...counted, method]))
  })
}

/**
 * The time (epoch milliseconds) from which on a proof is fresh enough for this request. One that was given in the attempt
 * is: however short `max_age` is, the pages that follow must not make it too old again.
 */
function freshSince(situation: Situation): number {
  const { request, now, startedAt = Infinity } = situation
  const forMaxAge = request.maxAge === undefined ? 0 : Math.min(now - request.maxAge * 1000, startedAt)
  // A session alone never satisfies prompt=login: only what is proven in the attempt that it asks for.
  const forLogin = request.prompts.includes('login') ? startedAt : 0
  // Whoever finds an open browser must not be the one who chooses the new password.
  const forChange = passwordChange(situation) ? startedAt : 0
  return Math.max(forMaxAge, forLogin, forChange)
}

function atLeastOne<T>(all: T[]): T[] | undefined {
  return all.length > 0 ? all : undefined
}

function idsOf(methods: readonly MethodFacts[]): string[] {
  return methods.map(({ id }) => id)
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
