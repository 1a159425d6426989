// Messages cost money, and somebody may earn by making us send them ("SMS pumping"). What is limited for every sent code
// (sent-codes.ts) is limited here for the number and for everyone besides.
import { rules } from '../../core/limits/rules.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { sha256 } from '../../lib/ids.ts'
import { networkOf } from '../../lib/network.ts'
import type { MethodServices } from '../method.ts'

/**
 * Counts one message, before it is sent. Everyone last: what one number is refused must not use up what all others have.
 * @throws LimitReached `limit.sms.…`, 429; Refused `sms.budget`, 503
 */
export async function countMessage(
  { limits }: Pick<MethodServices, 'limits'>,
  { to, accountId, address }: { to: string; accountId: string; address: string },
): Promise<void> {
  await limits.count(rules.smsNetwork, networkOf(address))
  await limits.count(rules.smsAccount, accountId)
  // No number in the clear where counters are kept.
  await limits.count(rules.smsNumber, sha256(to))
  await limits.count(rules.smsNumberADay, sha256(to))
  await countBudget({ limits })
}

async function countBudget({ limits }: Pick<MethodServices, 'limits'>): Promise<void> {
  try {
    await limits.count(rules.smsBudget, 'all')
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    throw new Refused('sms.budget', {
      status: 503,
      cause: error,
      ...(error.retryAfter ? { retryAfter: error.retryAfter } : {}),
    })
  }
}

/** @throws Refused `sms.country` */
export function requireReachable({ smsPrefixes }: Pick<Config, 'smsPrefixes'>, to: string): void {
  if (smsPrefixes.length === 0 || smsPrefixes.some(prefix => to.startsWith(prefix))) return
  throw new Refused('sms.country', { field: 'phone' })
}
