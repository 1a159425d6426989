// What a person is asked, or offered, to set up in the middle of a sign-in.
import { isProvenBy } from './level.ts'
import type { Situation } from './situation.ts'
import { allowedMethods, freshProofs, isFresh, isSecondSpared } from './missing-proof.ts'
import type { MethodFacts } from './method-facts.ts'
import { levelOf } from './proof.ts'

export interface Enrolment {
  /** Policy requires a second factor; something to fall back on, or more of it; something stronger than what was used. */
  reason: 'required' | 'backup' | 'few' | 'upgrade'
  /** Ids; the person chooses one. */
  methods: string[]
  skippable: boolean
  /** Until when a required one may be put off. Epoch milliseconds. */
  until?: number
}

export function missingEnrolment(situation: Situation): Enrolment | undefined {
  return missingSecondFactor(situation) ?? missingBackup(situation) ?? usedUp(situation) ?? offeredUpgrade(situation)
}

/** What `skipped` holds once the person has put it off. */
export function skipKeyOf({ reason, methods }: Pick<Enrolment, 'reason' | 'methods'>): string {
  return reason === 'upgrade' ? methods[0]! : reason
}

/** Policy requires a second factor, and the account has none. For a while after it was first asked it may be put off. */
function missingSecondFactor(situation: Situation): Enrolment | undefined {
  const { account, policy, now, skipped } = situation
  const counted = freshProofs(situation)
  if (policy.secondFactor !== 'required' || levelOf(counted) > 1 || isSecondSpared(situation, counted)) return undefined
  const methods = allowedMethods(situation)
  if (methods.some(({ second }) => second)) return undefined
  const able = methods.filter(({ enrollable }) => enrollable)
  if (able.length === 0) return undefined
  const askedAt = account!.secondFactorAskedAt
  const until = (askedAt ?? now) + policy.secondFactorGrace * 1000
  const skippable = now < until
  // Said once for each sign-in: a session that goes on is not asked again.
  const putOff = skipped.includes('required') || (askedAt !== undefined && !isFresh(situation, counted))
  if (skippable && putOff) return undefined
  return { reason: 'required', methods: able.map(({ id }) => id), skippable, ...(skippable ? { until } : {}) }
}

/** Once a second step is asked for, or all that signs in is a thing that can be lost. */
function missingBackup(situation: Situation): Enrolment | undefined {
  const { added, skipped } = situation
  if (added.length === 0 || skipped.includes('backup')) return undefined
  const methods = allowedMethods(situation)
  const isWanted = (method: MethodFacts) => method.protects || isOnlyThing(method, methods)
  if (!methods.some(method => added.includes(method.id) && isWanted(method))) return undefined
  const [backup] = methods.filter(method => method.backup && !method.enrolled)
  return backup && { reason: 'backup', methods: [backup.id], skippable: true }
}

/** Who has just fallen back on something of which little is left. */
function usedUp(situation: Situation): Enrolment | undefined {
  const { added, skipped, startedAt = Infinity } = situation
  if (skipped.includes('few')) return undefined
  const fresh = freshProofs(situation).filter(({ at }) => at >= startedAt)
  const few = allowedMethods(situation).find(method => method.few && method.backup && isProvenBy(method, fresh))
  return few && !added.includes(few.id) ? { reason: 'few', methods: [few.id], skippable: true } : undefined
}

function isOnlyThing(method: MethodFacts, methods: readonly MethodFacts[]): boolean {
  const own = methods.filter(({ first, enrolled }) => first && enrolled)
  return method.factors.includes('possession') && own.length === 1 && own[0] === method
}

/** Only what the browser could do, and once for each device: who has declined is not asked there again. */
function offeredUpgrade(situation: Situation): Enrolment | undefined {
  const { skipped, device, startedAt = Infinity } = situation
  const fresh = freshProofs(situation).filter(({ at }) => at >= startedAt)
  if (fresh.length === 0) return undefined
  // What is set up here counts from then on: a sign-in that was spared the second factor makes nothing that stands for it.
  const own = allowedMethods(situation).filter(({ second }) => second)
  if (own.length > 0 && !own.some(method => isProvenBy(method, fresh))) return undefined
  const answered = [...skipped, ...device.declined]
  const able = allowedMethods(situation).filter(({ id, upgrade }) => upgrade && device.able?.includes(id))
  const offered = able.find(({ id }) => !answered.includes(id))
  return offered && { reason: 'upgrade', methods: [offered.id], skippable: true }
}
