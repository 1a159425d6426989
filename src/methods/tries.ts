// The limits on trying one short secret of one account, whichever sign-in it is tried in: fresh attempts, other browsers
// and a restart are all one count. The password has limits of its own, because strangers try it.
import { rulesOfMethod } from '../core/limits/rules.ts'
import { canonicalIdentifier } from '../core/accounts/names.ts'
import { Refused, type RefusedOptions } from '../lib/errors.ts'
import { sha256 } from '../lib/ids.ts'
import type { Asked, Method, MethodServices } from './method.ts'

/** What is mailed to get back in by is counted as codes to sign in are: for a password, and for a forgotten name. */
const WAYS_BACK = ['reset', 'names']

/** The ids of all that have the limits that are in the table under `METHOD`. */
export function limitedMethods(methods: readonly Pick<Method, 'id' | 'limited'>[]): string[] {
  return [...methods.filter(({ limited }) => limited).map(({ id }) => id), ...WAYS_BACK]
}

/** A wrong answer, with how many there were within the window of the limit. */
export class WrongAnswer extends Refused {
  readonly failures: number

  constructor(failures: number, code: string, options: RefusedOptions) {
    super(code, options)
    this.failures = failures
  }
}

/**
 * Counts one try, before the secret is looked at. A known device is counted by itself, so that strangers cannot lock the
 * person out.
 * @returns the wrong answers within the window, this one included, and what to call when it was right
 * @throws LimitReached `limit.METHOD.account`, `limit.METHOD.day`, `limit.METHOD.devices`, 429
 */
export async function countTry(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  asked: Pick<Asked, 'account' | 'identifier' | 'deviceId'>,
): Promise<{ failures: number; succeeded(): Promise<void> }> {
  const { account, day, devices } = rulesOfMethod(method)
  const key = accountKey(asked)
  const failures = await limits.count(account, key)
  await limits.count(day, key)
  const known = asked.deviceId ? asked.account?.id : undefined
  if (known) await limits.count(devices, known)
  return {
    failures,
    async succeeded() {
      await Promise.all([account, day].map(rule => limits.clear(rule, key)))
      if (known) await limits.giveBack(devices, known)
    },
  }
}

/** Lets an account try at once again: for an admin. */
export async function forgetTries(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  accountId: string,
): Promise<void> {
  const { account, day, devices } = rulesOfMethod(method)
  await Promise.all([account, day, devices].map(rule => limits.clear(rule, accountId)))
}

/** Until when an account may not try (epoch milliseconds); undefined when it may. */
export async function closedUntil(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  accountId: string,
): Promise<number | undefined> {
  const { account, day } = rulesOfMethod(method)
  const found = await Promise.all([account, day].map(rule => limits.look(rule, accountId)))
  return found.find(({ lockedUntil }) => lockedUntil)?.lockedUntil
}

/** As nameKey; another key for each known device. */
export function accountKey({
  account,
  identifier,
  deviceId,
}: Pick<Asked, 'account' | 'identifier' | 'deviceId'>): string {
  if (account && deviceId) return `device:${deviceId}`
  return nameKey({ account, identifier })
}

/** The account's id; for nobody what stands for the name, in all its spellings. No address in the clear. */
export function nameKey({ account, identifier }: Pick<Asked, 'account' | 'identifier'>): string {
  if (account) return account.id
  const name = canonicalIdentifier(identifier)
  return `nobody:${sha256(name ? JSON.stringify(name) : identifier.slice(0, 300))}`
}
