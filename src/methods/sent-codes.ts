// Codes of six digits that go to something the person has: a mailbox, a telephone. The two methods differ in how they
// send; what is limited, and how an answer is looked at, is the same.
import { newCode, type Bound, type Challenge } from '../core/challenges.ts'
import type { Rule } from '../core/limits.ts'
import { Refused } from '../lib/errors.ts'
import { networkOf } from '../lib/network.ts'
import type { Asked, Enrolling, MethodServices, Try } from './method.ts'
import { accountKey, countTry } from './tries.ts'

/**
 * Per account and network, so that nobody far away can use up what the owner may ask for; and per account over all. A known
 * device is counted by itself (accountKey).
 */
function rules(method: string): Record<'here' | 'account' | 'network', Rule> {
  return {
    here: { name: `${method}.sent_here`, max: 5, window: 900 },
    account: { name: `${method}.sent`, max: 20, window: 3600 },
    network: { name: `${method}.sent_network`, max: 200, window: 3600 },
  }
}

/**
 * Makes a code and its challenge. For nobody everything is the same, but that no code can ever match, and nothing is sent.
 * @param reachable whether there is somebody, and somewhere to send to
 * @returns the code, for the message alone
 * @throws LimitReached `limit.METHOD.sent…`, 429
 */
export async function makeCode(
  services: Pick<MethodServices, 'limits' | 'challenges'>,
  method: string,
  asked: Pick<Asked, 'owner' | 'account' | 'identifier' | 'deviceId' | 'address'>,
  reachable: boolean,
): Promise<string> {
  await countSent(services, method, accountKey(asked), asked.address)
  const code = newCode()
  await services.challenges.begin(boundTo(method, asked), reachable ? { code } : {})
  return code
}

/** The same for something that is being set up, at the address or number in `data`. */
export async function makeEnrolCode(
  services: Pick<MethodServices, 'limits' | 'challenges'>,
  method: string,
  who: Enrolling,
  data: Challenge['data'] = {},
): Promise<string> {
  await countSent(services, method, who.account.id, who.address)
  const code = newCode()
  await services.challenges.begin(enrolBound(method, who), { data, code })
  return code
}

/**
 * Looks at a code that was typed. A right one proves once.
 * @throws Refused `code.…`; LimitReached `limit.METHOD.…`
 */
export async function takeCode(
  services: Pick<MethodServices, 'limits' | 'challenges'>,
  method: string,
  attempted: Try,
): Promise<Challenge> {
  const typed = typedCode(attempted.form)
  const { succeeded } = await countTry(services, method, attempted)
  const challenge = await services.challenges.takeByCode(boundTo(method, attempted), typed)
  await succeeded()
  return challenge
}

/** @throws Refused `code.missing` */
export function typedCode(form: Record<string, string>): string {
  const typed = (form.code ?? '').trim()
  if (typed === '') throw new Refused('code.missing', { field: 'code' })
  return typed
}

export function boundTo(method: string, { owner, account }: Pick<Asked, 'owner' | 'account'>): Bound {
  return { owner, method, purpose: 'prove', accountId: account?.id }
}

export function enrolBound(method: string, { owner, account }: Pick<Enrolling, 'owner' | 'account'>): Bound {
  return { owner, method, purpose: 'enrol', accountId: account.id }
}

/** Counts one message, before it is sent. @throws LimitReached `limit.METHOD.sent…`, 429 */
export async function countSent(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  key: string,
  address: string,
): Promise<void> {
  const { here, account, network } = rules(method)
  await limits.count(network, networkOf(address))
  await limits.count(here, `${key}:${networkOf(address)}`)
  await limits.count(account, key)
}

/** Before a proof only what was typed: the address behind a username is nobody else's business. */
export function shownAddress({ role, account, identifier }: Asked): string {
  if (role === 'second' && account) return account.email
  return identifier.includes('@') ? identifier : 'the address of this account'
}
