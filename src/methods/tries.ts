// The limits on trying one short secret of one account, whichever sign-in it is tried in: fresh attempts, other browsers
// and a restart are all one count. The password has limits of its own, because strangers try it.
import type { Rule } from '../core/limits.ts'
import { canonicalIdentifier } from '../core/accounts/names.ts'
import { sha256 } from '../lib/ids.ts'
import type { Asked, MethodServices } from './method.ts'

/** Of 1,000,000 codes, three of which may be right at a time: a day of trying finds one in 6,000 accounts. */
const few = { max: 5, window: 900, lock: 900 }
const daily = { max: 50, window: 86_400 }
/** Of all known devices together: whoever can make devices known is bounded too, and strangers cannot use it up. */
const dailyOfKnown = { max: 200, window: 86_400 }

/**
 * Counts one try, before the secret is looked at. A known device is counted by itself, so that strangers cannot lock the
 * person out.
 * @returns what to call when it was right
 * @throws LimitReached `limit.METHOD.account`, `limit.METHOD.day`, `limit.METHOD.devices`, 429
 */
export async function countTry(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  asked: Pick<Asked, 'account' | 'identifier' | 'deviceId'>,
): Promise<{ succeeded(): Promise<void> }> {
  const rules = rulesOf(method)
  const key = accountKey(asked)
  for (const rule of rules) await limits.count(rule, key)
  const known = asked.deviceId ? asked.account?.id : undefined
  if (known) await limits.count(ofDevices(method), known)
  return {
    async succeeded() {
      await Promise.all(rules.map(rule => limits.clear(rule, key)))
      if (known) await limits.giveBack(ofDevices(method), known)
    },
  }
}

/** Lets an account try at once again: for an admin. */
export async function forgetTries(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  accountId: string,
): Promise<void> {
  await Promise.all([...rulesOf(method), ofDevices(method)].map(rule => limits.clear(rule, accountId)))
}

/** Until when an account may not try (epoch milliseconds); undefined when it may. */
export async function closedUntil(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  accountId: string,
): Promise<number | undefined> {
  const found = await Promise.all(rulesOf(method).map(rule => limits.look(rule, accountId)))
  return found.find(({ lockedUntil }) => lockedUntil)?.lockedUntil
}

function rulesOf(method: string): Rule[] {
  return [
    { name: `${method}.account`, ...few },
    { name: `${method}.day`, ...daily },
  ]
}

function ofDevices(method: string): Rule {
  return { name: `${method}.devices`, ...dailyOfKnown }
}

/**
 * One key for all names of an account and, for nobody, all spellings of the name; another for each known device. No address
 * in the clear.
 */
export function accountKey({
  account,
  identifier,
  deviceId,
}: Pick<Asked, 'account' | 'identifier' | 'deviceId'>): string {
  if (account) return deviceId ? `device:${deviceId}` : account.id
  const name = canonicalIdentifier(identifier)
  return `nobody:${sha256(name ? JSON.stringify(name) : identifier.slice(0, 300))}`
}
