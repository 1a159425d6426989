// Mails that strangers can have sent: how many one network may ask for to one address, how many the address gets, and how
// many there are for everyone together. One count, whatever is mailed: a code, a link, a way back in.
import { canonicalIdentifier } from '../accounts/names.ts'
import { sha256 } from '../../lib/ids.ts'
import { networkOf } from '../../lib/network.ts'
import { rules } from './rules.ts'
import type { Counted } from './together.ts'

/**
 * What one mail is counted by, for `countAll`. Everyone last: what one address is refused must not use up what all others
 * have.
 * @param to the address; for a name that is nobody's, the name: it is counted as if it were one
 * @param address of who asks
 */
export function countsOfMail(to: string, address: string): Counted[] {
  // No address in the clear where counters are kept.
  const name = canonicalIdentifier(to)
  const target = sha256(name ? Object.values(name).join('') : to.slice(0, 300))
  return [
    { rule: rules.mailsHere, key: `${target}:${networkOf(address)}` },
    { rule: rules.mails, key: target },
    { rule: rules.mailBudget, key: 'all' },
  ]
}
