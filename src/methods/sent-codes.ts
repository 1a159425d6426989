// Codes of six digits that go to something the person has: a mailbox, a telephone. The two methods differ in how they
// send; what is limited, and how an answer is looked at, is the same.
import { newCode, type Bound, type Challenge } from '../core/challenges.ts'
import { countsOfMail } from '../core/limits/mails.ts'
import { rulesOfMethod } from '../core/limits/rules.ts'
import { countAll, type Counted } from '../core/limits/together.ts'
import { Refused } from '../lib/errors.ts'
import { newSecret } from '../lib/ids.ts'
import { networkOf } from '../lib/network.ts'
import type { Asked, Enrolling, MethodServices, Try } from './method.ts'
import { accountKey, countTry, nameKey, WrongAnswer } from './tries.ts'

/**
 * Makes a code and its challenge. For nobody everything is the same, but that no code of six digits can ever match.
 * @param reachable whether there is somebody, and somewhere to send to
 * @param counts what sending it is counted by beside the limits of the method: `mailTo`, or those of text messages
 * @returns the code, for the message alone
 * @throws LimitReached `limit.METHOD.sent…`, and those of `counts`, 429
 */
export async function makeCode(
  services: Pick<MethodServices, 'limits' | 'challenges'>,
  method: string,
  asked: Pick<Asked, 'owner' | 'account' | 'identifier' | 'deviceId' | 'address'>,
  { reachable, counts }: { reachable: boolean; counts: readonly Counted[] },
): Promise<string> {
  await countSent(services, method, { key: accountKey(asked), address: asked.address, counts })
  const code = newCode()
  await services.challenges.begin(boundTo(method, asked), { code: reachable ? code : newSecret() })
  return code
}

/** The same for something that is being set up, at the address or number in `data`. */
export async function makeEnrolCode(
  services: Pick<MethodServices, 'limits' | 'challenges'>,
  method: string,
  who: Enrolling,
  { data = {}, counts }: { data?: Challenge['data']; counts: readonly Counted[] },
): Promise<string> {
  await countSent(services, method, { key: who.account.id, address: who.address, counts })
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

export function boundTo(method: string, asked: Pick<Asked, 'owner' | 'account' | 'identifier'>): Bound {
  return { owner: asked.owner, method, purpose: 'prove', accountId: nameKey(asked) }
}

export function enrolBound(method: string, { owner, account }: Pick<Enrolling, 'owner' | 'account'>): Bound {
  return { owner, method, purpose: 'enrol', accountId: account.id }
}

interface Sending {
  /** Whose it is (accountKey): a known device is counted by itself. */
  key: string
  /** Of who asks. */
  address: string
  counts: readonly Counted[]
}

/** Counts one message, before it is sent. @throws LimitReached `limit.METHOD.sent…`, and those of `counts`, 429 */
export async function countSent(
  { limits }: Pick<MethodServices, 'limits'>,
  method: string,
  { key, address, counts }: Sending,
): Promise<void> {
  const { sentHere, sent, sentNetwork } = rulesOfMethod(method)
  await countAll(limits, [
    { rule: sentNetwork, key: networkOf(address) },
    { rule: sentHere, key: `${key}:${networkOf(address)}` },
    { rule: sent, key },
    ...counts,
  ])
}

/** What a mail is counted by as one that a stranger asked for; nothing on a known device, so that none can use it up. */
export function mailTo({
  account,
  identifier,
  deviceId,
  address,
}: Pick<Asked, 'account' | 'identifier' | 'deviceId' | 'address'>): Counted[] {
  return account && deviceId ? [] : countsOfMail(account?.email ?? identifier, address)
}

/** Before a proof only what was typed: the address behind a username is nobody else's business. */
export function shownAddress({ role, account, identifier, language }: Asked): string {
  if (role === 'second' && account) return account.email
  return identifier.includes('@') ? identifier : language.t('methods:thisAccount')
}
