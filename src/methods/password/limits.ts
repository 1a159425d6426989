// The limits that protect a password, in one place: every path that checks one counts here first.
import { rules } from '../../core/limits/rules.ts'
import { countAll, giveBackAll } from '../../core/limits/together.ts'
import { networkOf, siteOf } from '../../lib/network.ts'
import type { MethodServices, Try } from '../method.ts'
import { accountKey } from '../tries.ts'

const EVERYONE = 'all'

/** One try that was counted. */
export interface CountedTry {
  /** Wrong tries within the window, this one included. */
  failures: number
  /** To be called when it was right, */
  succeeded(): Promise<void>
  /** and when the secret was not looked at. */
  notMade(): Promise<void>
}

/**
 * Counts one try, before the secret is looked at: against the network, the account and everyone. A known device is counted
 * by itself alone, so that strangers cannot lock the person out. All names of an account are one count, so that two names
 * are not twice the tries; the price is that a lock tells which address and which username belong together.
 * @throws LimitReached `limit.password.…`, 429
 */
export async function countPasswordTry(
  { limits }: Pick<MethodServices, 'limits'>,
  attempted: Pick<Try, 'account' | 'identifier' | 'deviceId' | 'address'>,
): Promise<CountedTry> {
  const isKnown = attempted.account && attempted.deviceId
  const whose = isKnown
    ? { rule: rules.passwordDevice, key: attempted.deviceId! }
    : { rule: rules.passwordAccount, key: accountKey(attempted) }
  // Everyone last: what one network or one name is refused must not use up what all others have.
  const before = isKnown
    ? []
    : [
        { rule: rules.passwordNetwork, key: networkOf(attempted.address) },
        { rule: rules.passwordSite, key: siteOf(attempted.address) },
      ]
  const after = isKnown ? [] : [{ rule: rules.passwordEveryone, key: EVERYONE }]
  const counts = await countAll(limits, [...before, whose, ...after])
  return {
    failures: counts[before.length]!,
    async succeeded() {
      await Promise.all([limits.clear(whose.rule, whose.key), giveBackAll(limits, [...before, ...after])])
    },
    notMade: () => giveBackAll(limits, [...before, whose, ...after]),
  }
}

/** Forgets the failures of an account: for an admin who unlocks it. */
export function unlockPassword({ limits }: Pick<MethodServices, 'limits'>, accountId: string): Promise<void> {
  return limits.clear(rules.passwordAccount, accountId)
}

/** Until when an account is locked by wrong passwords (epoch milliseconds); undefined when it is not. */
export async function passwordLockOf(
  { limits }: Pick<MethodServices, 'limits'>,
  accountId: string,
): Promise<number | undefined> {
  return (await limits.look(rules.passwordAccount, accountId)).lockedUntil
}

/** The wrong passwords of everyone within the window, and how many there may be. */
export async function failuresOfEveryone({
  config,
  limits,
}: Pick<MethodServices, 'config' | 'limits'>): Promise<{ count: number; max: number }> {
  const { count } = await limits.look(rules.passwordEveryone, EVERYONE)
  return { count, max: config.globalFailures }
}
