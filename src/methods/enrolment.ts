// Setting methods up and removing them, the same way from a sign-in, the account console and the command line. The entry
// is written first, so that no change is without one.
import type { Account } from '../core/accounts/account.ts'
import { withRemoved, type RemovedFactor } from '../core/accounts/removed-factors.ts'
import { credentialsOf, type Credential } from '../core/credentials.ts'
import type { EventDetails } from '../core/events/catalog.ts'
import type { Events, Origin } from '../core/events/events.ts'
import type { MethodFacts } from '../core/signin/method-facts.ts'
import type { Proof } from '../core/signin/proof.ts'
import { Refused } from '../lib/errors.ts'
import { languageBy } from '../lib/languages/language.ts'
import { factsFrom } from './facts.ts'
import type { Described, Enrolled, Enrolling, Method, MethodServices } from './method.ts'

/** More of one method than anybody needs. */
const MOST = 20

type Changing = Pick<MethodServices, 'methods' | 'credentials' | 'accounts'> & { events: Events }

/** @returns undefined when the page goes on to its next step @throws Refused, shown on the page again */
export async function confirmEnrolment(
  services: MethodServices & { events: Events },
  method: Method,
  who: Enrolling,
  form: Record<string, string>,
  origin: Origin,
): Promise<{ proof?: Proof; endsSessions: boolean } | undefined> {
  const enrolled = await method.enrol!.confirm(services, who, form)
  if (enrolled.kind === 'more') return undefined
  const { credential, proof, endsSessions = false } = enrolled
  await addCredential(services, credential, origin, enrolled)
  const { phone } = enrolled
  if (phone) await services.accounts.change(who.account.id, known => ({ ...known, phone, phoneVerified: true }))
  await enrolled.done?.()
  return { endsSessions, ...(proof ? { proof } : {}) }
}

type Adding = Pick<Extract<Enrolled, { kind: 'enrolled' }>, 'over' | 'replaces' | 'event'>

/** @throws Refused `factor.too_many`, `factor.taken` */
export async function addCredential(
  services: Changing,
  credential: Credential,
  origin: Origin,
  { over = () => credential, replaces, event }: Adding = {},
): Promise<void> {
  const { credentials, events } = services
  const { accountId, method } = credential
  const own = (await credentialsOf(credentials, accountId)).filter(one => one.method === method)
  const isThere = own.some(({ id }) => id === credential.id)
  if (own.length >= MOST && !isThere) throw new Refused('factor.too_many')
  const entry = event ?? { type: 'factor.enrolled', details: detailsOf(credential) }
  await events.emit({ ...entry, ...origin, accountId })
  // Not what proves the new one, which comes after it was made.
  const replaced = { method, credentialId: credential.id, at: credential.createdAt - 1 }
  await noteChange(services, method, accountId, replaces && isThere ? replaced : undefined)
  const stored = await credentials.upsert(credential.id, known => {
    if (known && known.accountId !== accountId) return undefined
    // What takes another's place protects for as long as that has: sessions from between are asked for it.
    return known ? { ...over(known), createdAt: known.createdAt } : credential
  })
  if (!stored) throw new Refused('factor.taken', { status: 409 })
}

/** What an account has set up, method by method, in words for the command line. */
export async function describeFactors(
  { methods, credentials }: Pick<MethodServices, 'methods' | 'credentials'>,
  accountId: string,
): Promise<{ method: Method; described: Described[] }[]> {
  const all = await credentialsOf(credentials, accountId)
  const { t } = languageBy('en')
  return methods.map(method => {
    const own = all.filter(one => one.method === method.id)
    return { method, described: method.describe(own, t) }
  })
}

export interface Removal {
  origin: Origin
  /** The session in which it is removed. */
  sessionUid?: string
  /** Whether also the last of what a sign-in can begin with goes, where a code or link by mail still can begin one. */
  evenLast?: boolean
  alsoCheck?: RemovalCheck
}

type Removing = Changing & {
  /** Ends sessions, other than the one that is kept, that were proven by what was removed. */
  endProvenBy: (accountId: string, removed: RemovedFactor, origin: Origin, kept?: string) => Promise<unknown>
}

/** Refuses a removal by what the account can do before and after it. @throws Refused */
export type RemovalCheck = (had: readonly MethodFacts[], left: readonly MethodFacts[]) => void

/**
 * Removes a credential, and with the last second factor what was there to fall back on. What was proven by it counts no
 * more; and where nobody can sign in by the method without such a credential, the sessions that were proven by it end.
 * @throws Refused `factor.gone`; `factor.last` when nothing would be left to sign in with; what `alsoCheck` throws
 */
export async function removeCredential(
  services: Removing,
  account: Account,
  credentialId: string,
  { origin, sessionUid, evenLast = false, alsoCheck = () => {} }: Removal,
): Promise<void> {
  const { credentials, methods } = services
  const all = await credentialsOf(credentials, account.id)
  const credential = all.find(({ id }) => id === credentialId)
  if (!credential) throw new Refused('factor.gone', { status: 404 })
  const factsOf = (some: readonly Credential[]) => factsFrom(services.methods, account, some)
  const had = factsOf(all)
  const left = factsOf(all.filter(one => one !== credential))
  const check: RemovalCheck = (before, after) => {
    requireWayIn(before, after, evenLast)
    alsoCheck(before, after)
  }
  check(had, left)
  await remove(services, credential, origin)
  try {
    // Of two removals at once each has found the other one's still there.
    check(had, factsOf(await credentialsOf(credentials, account.id)))
  } catch (error) {
    await credentials.upsert(credential.id, known => known ?? credential)
    throw error
  }
  const method = methods.find(({ id }) => id === credential.method)
  if (method?.roles.first && !method.standing(account, []).first)
    await services.endProvenBy(account.id, removedNow(credential), origin, sessionUid)
  if (left.some(({ second, backup }) => second && !backup)) return
  const backups = left.filter(({ backup }) => backup).map(({ id }) => id)
  for (const one of all) if (backups.includes(one.method)) await remove(services, one, origin, true)
}

function requireWayIn(had: readonly MethodFacts[], left: readonly MethodFacts[], evenLast: boolean): void {
  const signsIn = (facts: readonly MethodFacts[]) =>
    facts.some(({ first, enrolled }) => first && (enrolled || evenLast))
  if (!signsIn(had) || signsIn(left)) return
  throw new Refused('factor.last', { status: 409 })
}

/** Takes it away whatever is left, where it is the owner that never set it up. @returns false when it was gone already */
export async function disownCredential(
  services: Changing,
  credentialId: string,
  accountId: string,
  origin: Origin,
): Promise<boolean> {
  const credential = await services.credentials.get(credentialId)
  if (credential?.accountId !== accountId) return false
  await remove(services, credential, origin, true)
  return true
}

/** @param follows whether something else is what the owner is told of */
async function remove(services: Changing, credential: Credential, origin: Origin, follows = false): Promise<void> {
  const { id, accountId, method } = credential
  const details = { ...detailsOf(credential), ...(follows ? { follows: true as const } : {}) }
  await services.events.emit({ type: 'factor.removed', ...origin, accountId, details })
  await noteChange(services, method, accountId, removedNow(credential))
  await services.credentials.remove(id)
}

function detailsOf({ method, id, label }: Credential): EventDetails<'factor.enrolled'> {
  return { method, credential: id, ...(label ? { label } : {}) }
}

function removedNow({ id, method }: Credential): RemovedFactor {
  return { method, credentialId: id, at: Date.now() }
}

/**
 * A device is remembered for the second factor that was proven on it: what takes its place, or is left, is asked for. And
 * what was proven by something that is removed counts no more.
 */
async function noteChange(
  { methods, accounts }: Pick<MethodServices, 'methods' | 'accounts'>,
  methodId: string,
  accountId: string,
  removed?: RemovedFactor,
): Promise<void> {
  const isSecond = methods.some(({ id, roles }) => id === methodId && roles.second)
  if (!isSecond && !removed) return
  await accounts.change(accountId, account => ({
    ...account,
    ...(isSecond ? { secondFactorChangedAt: Date.now() } : {}),
    ...(removed ? { removedFactors: withRemoved(account.removedFactors, removed) } : {}),
  }))
}
