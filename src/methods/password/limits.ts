// The limits that protect a password, in one place: every path that checks one counts here first.
import type { Rule } from '../../core/limits.ts'
import type { Config } from '../../lib/config/schema.ts'
import { canonicalIdentifier } from '../../core/accounts/names.ts'
import { networkOf } from '../../lib/network.ts'
import { sha256 } from '../../lib/ids.ts'
import type { MethodServices, Try } from '../method.ts'

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
    global: { name: 'password.global', max: config.globalFailures, window } satisfies Rule,
  }
}

/**
 * Counts one try against the account, the address and everyone, before the secret is looked at. A known device is
 * counted by itself alone, so that strangers cannot lock the person out.
 * @returns what to call when the try was right, and when it was not made at all
 * @throws Refused `limit.password.…`, 429
 */
export async function countPasswordTry(
  { config, limits }: MethodServices,
  attempted: Try,
): Promise<{ succeeded(): Promise<void>; notMade(): Promise<void> }> {
  const { account, device, address, global } = rules(config)
  const name = attempted.account?.id ?? `nobody:${nameOf(attempted.identifier)}`
  if (attempted.account && attempted.deviceId) {
    await limits.count(device, attempted.deviceId)
    const id = attempted.deviceId
    return { succeeded: () => limits.clear(device, id), notMade: () => limits.giveBack(device, id) }
  }

  await Promise.all([limits.count(global, 'all'), limits.count(address, networkOf(attempted.address))])
  await limits.count(account, name)
  const giveBackShared = () =>
    Promise.all([limits.giveBack(address, networkOf(attempted.address)), limits.giveBack(global, 'all')])
  return {
    async succeeded() {
      await Promise.all([limits.clear(account, name), giveBackShared()])
    },
    async notMade() {
      await Promise.all([limits.giveBack(account, name), giveBackShared()])
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

/** One key for all spellings of a name that is nobody's, and no address in the clear. */
function nameOf(identifier: string): string {
  const name = canonicalIdentifier(identifier)
  return sha256(name ? JSON.stringify(name) : identifier.slice(0, 300))
}
