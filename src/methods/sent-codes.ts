// Codes of six digits that go to something the person has: a mailbox, a telephone. The two methods differ in how they
// send; what is limited, and how an answer is looked at, is the same.
import { newCode, type Bound, type Challenge } from '../core/challenges.ts'
import { rulesOfMethod } from '../core/limits/rules.ts'
import { Refused } from '../lib/errors.ts'
import { networkOf } from '../lib/network.ts'
import type { Asked, Enrolling, MethodServices, Try } from './method.ts'
import { accountKey, countTry, WrongAnswer } from './tries.ts'

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
  const { failures, succeeded } = await countTry(services, method, attempted)
  const challenge = await services.challenges.takeByCode(boundTo(method, attempted), typed).catch(error => {
    throw error instanceof Refused ? new WrongAnswer(failures, error.code, error) : error
  })
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

/** Counts one message, before it is sent; a known device by itself (accountKey). @throws LimitReached `limit.METHOD.sent…`, 429 */
export async function countSent(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  key: string,
  address: string,
): Promise<void> {
  const { sentHere, sent, sentNetwork } = rulesOfMethod(method)
  await limits.count(sentNetwork, networkOf(address))
  await limits.count(sentHere, `${key}:${networkOf(address)}`)
  await limits.count(sent, key)
}

/** Before a proof only what was typed: the address behind a username is nobody else's business. */
export function shownAddress({ role, account, identifier, language }: Asked): string {
  if (role === 'second' && account) return account.email
  return identifier.includes('@') ? identifier : language.t('methods:thisAccount')
}
