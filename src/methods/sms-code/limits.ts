// Messages cost money, and somebody may earn by making us send them ("SMS pumping"). What is limited for every sent code
// (sent-codes.ts) is limited here for the number and for everyone besides.
import type { Rule } from '../../core/limits.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { sha256 } from '../../lib/ids.ts'
import { networkOf } from '../../lib/network.ts'
import type { MethodServices } from '../method.ts'

const number: Rule = { name: 'sms.number', max: 5, window: 3600 }
const numberADay: Rule = { name: 'sms.number_day', max: 10, window: 86_400 }
const accountADay: Rule = { name: 'sms.account_day', max: 10, window: 86_400 }
const networkADay: Rule = { name: 'sms.network_day', max: 50, window: 86_400 }

/**
 * Counts one message, before it is sent. Everyone last: what one number is refused must not use up what all others have.
 * @throws LimitReached `limit.sms.…`, 429; Refused `sms.budget`, 503
 */
export async function countMessage(
  { limits, config }: Pick<MethodServices, 'limits' | 'config'>,
  { to, accountId, address }: { to: string; accountId: string; address: string },
): Promise<void> {
  await limits.count(networkADay, networkOf(address))
  await limits.count(accountADay, accountId)
  // No number in the clear where counters are kept.
  await limits.count(number, sha256(to))
  await limits.count(numberADay, sha256(to))
  await countBudget({ limits, config })
}

async function countBudget({ limits, config }: Pick<MethodServices, 'limits' | 'config'>): Promise<void> {
  const budget: Rule = { name: 'sms.budget', max: config.smsBudget, window: 86_400 }
  try {
    await limits.count(budget, 'all')
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
