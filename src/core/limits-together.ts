// Several limits of one try. Each count is a write that the try waits for: where all of them are far from being reached,
// they are made at once, and share a commit.
import type { Limits, Rule } from './limits.ts'

export interface Counted {
  rule: Rule
  key: string
}

/**
 * Counts a try against all of these, in their order where one may refuse it: what one refuses is given back to those before,
 * and does not count against those after.
 * @throws LimitReached of the first that refuses
 */
export async function countAll(limits: Limits, all: readonly Counted[]): Promise<void> {
  const seen = await Promise.all(all.map(({ rule, key }) => limits.look(rule, key)))
  const mayRefuse = seen.some(({ count, lockedUntil }, at) => lockedUntil !== undefined || count >= all[at]!.rule.max)
  if (mayRefuse) return countInTurn(limits, all)

  const counted = await Promise.allSettled(all.map(({ rule, key }) => limits.count(rule, key)))
  const refused = counted.find(outcome => outcome.status === 'rejected')
  if (!refused) return
  // Others came in between.
  await giveBack(
    limits,
    all.filter((_, at) => counted[at]!.status === 'fulfilled'),
  )
  throw refused.reason
}

async function countInTurn(limits: Limits, all: readonly Counted[]): Promise<void> {
  for (const [at, { rule, key }] of all.entries()) {
    try {
      await limits.count(rule, key)
    } catch (error) {
      await giveBack(limits, all.slice(0, at))
      throw error
    }
  }
}

async function giveBack(limits: Limits, some: readonly Counted[]): Promise<void> {
  await Promise.all(some.map(({ rule, key }) => limits.giveBack(rule, key)))
}
