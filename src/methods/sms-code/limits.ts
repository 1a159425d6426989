// Messages cost money, and somebody may earn by making us send them ("SMS pumping"). What is limited for every sent code
// (sent-codes.ts) is limited here for the number and for everyone besides.
import { rules } from '../../core/limits/rules.ts'
import type { Counted } from '../../core/limits/together.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { sha256 } from '../../lib/ids.ts'
import { networkOf } from '../../lib/network.ts'

/** What one message is counted by. Everyone last: what one number is refused must not use up what all others have. */
export function countsOfText({
  to,
  accountId,
  address,
}: {
  to: string
  accountId: string
  address: string
}): Counted[] {
  // No number in the clear where counters are kept.
  const number = sha256(to)
  return [
    { rule: rules.smsNetwork, key: networkOf(address) },
    { rule: rules.smsAccount, key: accountId },
    { rule: rules.smsNumber, key: number },
    { rule: rules.smsNumberADay, key: number },
    { rule: rules.smsBudget, key: 'all' },
  ]
}

/** @throws Refused `sms.country` */
export function requireReachable({ smsPrefixes }: Pick<Config, 'smsPrefixes'>, to: string): void {
  if (smsPrefixes.length === 0 || smsPrefixes.some(prefix => to.startsWith(prefix))) return
  throw new Refused('sms.country', { field: 'phone' })
}
