// The limits that protect a password, in one place: every path that checks one counts here first.
import type { Rule } from '../../core/limits.ts'
import { countAll } from '../../core/limits-together.ts'
import type { Config } from '../../lib/config/schema.ts'
import { networkOf, siteOf } from '../../lib/network.ts'
import type { MethodServices, Try } from '../method.ts'
import { accountKey } from '../tries.ts'

function rules(config: Config) {
  const window = config.passwordWindow
  return {
    account: {
      name: 'password.account',
      max: config.passwordFailures,
      window,
      lock: config.passwordLock,
    } satisfies Rule,
    device: { name: 'password.device', max: config.passwordFailures, window, lock: config.passwordLock } satisfies Rule,
    address: { name: 'password.address', max: config.addressFailures, window } satisfies Rule,
    // One customer of IPv6 has 65,536 networks of that size.
    site: { name: 'password.site', max: config.addressFailures * 8, window } satisfies Rule,
    global: { name: 'password.global', max: config.globalFailures, window } satisfies Rule,
  }
}

const EVERYONE = 'all'

/**
 * Counts one try, before the secret is looked at: against the network, the account and everyone. A known device is counted
 * by itself alone, so that strangers cannot lock the person out. All names of an account are one count, so that two names
 * are not twice the tries; the price is that a lock tells which address and which username belong together.
 * @returns what to call when the try was right, and when it was not made at all
 * @throws LimitReached `limit.password.…`, 429
 */
export async function countPasswordTry(
  services: MethodServices,
  attempted: Try,
): Promise<{ succeeded(): Promise<void>; notMade(): Promise<void> }> {
  const { config, limits } = services
  const { account, device, address, site, global } = rules(config)
  if (attempted.account && attempted.deviceId) {
    const id = attempted.deviceId
    await limits.count(device, id)
    return { succeeded: () => limits.clear(device, id), notMade: () => limits.giveBack(device, id) }
  }

  const named = { rule: account, key: accountKey(attempted) }
  const shared = [
    { rule: address, key: networkOf(attempted.address) },
    { rule: site, key: siteOf(attempted.address) },
  ]
  // Everyone last: what one network or one name is refused must not use up what all others have.
  const all = [...shared, named, { rule: global, key: EVERYONE }]
  await countAll(limits, all)
  return {
    async succeeded() {
      await Promise.all([
        limits.clear(named.rule, named.key),
        ...all.filter(one => one !== named).map(({ rule, key }) => limits.giveBack(rule, key)),
      ])
    },
    async notMade() {
      await Promise.all(all.map(({ rule, key }) => limits.giveBack(rule, key)))
    },
  }
}

/** Forgets the failures of an account: for an admin who unlocks it. */
export function unlockPassword(
  { config, limits }: Pick<MethodServices, 'config' | 'limits'>,
  accountId: string,
): Promise<void> {
  return limits.clear(rules(config).account, accountId)
}

/** Until when an account is locked by wrong passwords (epoch milliseconds); undefined when it is not. */
export async function passwordLockOf(
  { config, limits }: Pick<MethodServices, 'config' | 'limits'>,
  accountId: string,
): Promise<number | undefined> {
  return (await limits.look(rules(config).account, accountId)).lockedUntil
}

/** The wrong passwords of everyone within the window, and how many there may be. */
export async function failuresOfEveryone({
  config,
  limits,
}: Pick<MethodServices, 'config' | 'limits'>): Promise<{ count: number; max: number }> {
  const { global } = rules(config)
  const { count } = await limits.look(global, EVERYONE)
  return { count, max: global.max }
}
