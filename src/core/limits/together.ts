// Several limits of one try. Each count is a write that the try waits for: where all of them are far from being reached,
// they are made at once, and share a commit.
import type { Limits } from './limits.ts'
import type { Rule } from './rule.ts'

export interface Counted {
  rule: Rule
  key: string
}

/**
 * Counts a try against all of these, in their order where one may refuse it: what one refuses is given back to those before,
 * and does not count against those after.
 * @returns which try of its window it is for each (0 for one that is switched off)
 * @throws LimitReached of the first that refuses
 */
export async function countAll(limits: Limits, all: readonly Counted[]): Promise<number[]> {
  const seen = await Promise.all(all.map(({ rule, key }) => limits.look(rule, key)))
  if (seen.some(({ left }) => left <= 0)) return countInTurn(limits, all)

  const counted = await Promise.allSettled(all.map(({ rule, key }) => limits.count(rule, key)))
  const refused = counted.find(outcome => outcome.status === 'rejected')
  if (!refused) return counted.map(outcome => (outcome as PromiseFulfilledResult<number>).value)
  // Others came in between.
  await giveBackAll(
    limits,
    all.filter((_, at) => counted[at]!.status === 'fulfilled'),
  )
  throw refused.reason
}

async function countInTurn(limits: Limits, all: readonly Counted[]): Promise<number[]> {
  const counts = []
  for (const [at, { rule, key }] of all.entries()) {
    try {
      counts.push(await limits.count(rule, key))
    } catch (error) {
      await giveBackAll(limits, all.slice(0, at))
      throw error
    }
  }
  return counts
}

/** Gives back a try that was no failure. */
export async function giveBackAll(limits: Limits, some: readonly Counted[]): Promise<void> {
  await Promise.all(some.map(({ rule, key }) => limits.giveBack(rule, key)))
}
