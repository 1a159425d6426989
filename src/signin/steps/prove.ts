import { setTimeout as pause } from 'node:timers/promises'
import type { Account } from '../../core/accounts/account.ts'
import { withoutPerson, type Attempt } from '../../core/attempts.ts'
import { confirmedAs, type Device } from '../../core/sessions/devices.ts'
import { LimitReached } from '../../core/limits/limits.ts'
import { Refused } from '../../lib/errors.ts'
import { RefusedOf, type Method, type Verified } from '../../methods/method.ts'
import { countsFrom } from '../../core/signin/proof.ts'
import { isSecondOf } from '../../methods/facts.ts'
import { WrongAnswer } from '../../methods/tries.ts'
import { knownDevice } from '../browser/device-cookie.ts'
import { originOf, type Page, type Submission } from '../attempt/page.ts'
import { receive } from '../registration/newcomer.ts'
import { tryOf } from '../attempt/try.ts'
import { spendWork } from './work.ts'

/** So many wrong answers in a row are told of, before more of them lock. */
const SUSPICIOUS = 3

/** One try to prove the person by one method. A failure is an event; its reason is for the log and the audit alone. */
export async function prove(submission: Submission): Promise<void> {
  const { services, account, form, go } = submission
  const method = offeredMethod(submission)
  const device = await deviceOf(submission)
  const remember = form.text('remember') !== ''
  const attempted = tryOf(submission, form.fields, device?.id)
  const isSecond = account !== undefined && attempted.role === 'second' && (await isSecondOf(services, account, method))
  const trust = isSecond && form.text('trust') !== ''
  // What finds out by itself who it is, is not guessed.
  if (submission.step.kind === 'prove' && attempted.role === 'first') await spendWork(submission)
  if (account) await outlastReset(account)
  const verified = await reported(submission, method, () => method.verify(services, attempted))
  if (verified.unlinked) return receive(submission, verified.unlinked, verified)
  const whose = verified.account ?? account
  // The browser may be known to the one whom the method found.
  const known = whose && whose.id !== account?.id ? await knownDevice(services, submission.ctx, whose.id) : device
  const gone = go(attempt => {
    const proven = withProof(attempt, verified, account)
    return (
      proven && {
        ...proven,
        device: factsOf(known, submission.ctx.ip),
        remember: attempted.role === 'first' ? remember : proven.remember,
        ...(trust ? { trustedAt: verified.proof.at } : {}),
      }
    )
  })
  await Promise.all([gone, verified.done?.()])
}

/** They come back from elsewhere. Only of a method that leads there: nobody's code belongs into an address. */
export async function proveReturned(submission: Submission): Promise<void> {
  if (!offeredMethod(submission).comesBack) throw notOffered()
  await prove(submission)
}

/** The method that the address names, if this step offers it. @throws Refused `method.not_offered`, 404 */
export function offeredMethod({ services, ctx, step }: Pick<Page, 'services' | 'ctx' | 'step'>): Method {
  const method = services.methods.find(({ id }) => id === ctx.params.method)
  const isOffering = step.kind === 'prove' || step.kind === 'identify' || step.kind === 'register'
  if (method && isOffering && step.methods?.includes(method.id)) return method
  throw notOffered()
}

function notOffered(): Refused {
  return new Refused('method.not_offered', { status: 404 })
}

/** Looked for in any case, so that the time does not tell who has an account. */
export function deviceOf({ services, ctx, account }: Page): Promise<Device | undefined> {
  return knownDevice(services, ctx, account?.id ?? 'nobody')
}

/** Runs a method's part of it; what it refuses is an entry of its own. */
export async function reported<Result>(
  { services, ctx, account, client }: Page,
  { id: method }: Pick<Method, 'id'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const accountId = error instanceof RefusedOf ? error.accountId : account?.id
    const from = {
      ...originOf(ctx, client),
      ...(accountId ? { accountId } : {}),
      outcome: 'failure' as const,
    }
    // A lock is one event, however long it is knocked at; that a budget is spent is nothing of this account's.
    if (!(error instanceof LimitReached))
      await services.events.emit({ type: 'signin.failed', ...from, details: { method, reason: error.code } })
    else if (error.begins && !error.rule.budget)
      await services.events.emit({ type: 'signin.locked', ...from, details: lockOf(error, method) })
    if (error instanceof WrongAnswer && error.failures === SUSPICIOUS)
      await services.events.emit({ type: 'signin.suspicious', ...from, details: { method, failures: error.failures } })
    throw error
  }
}

function lockOf({ rule, until }: LimitReached, method: string) {
  return { method, limit: rule.name, until }
}

/** A proof counts for who it was asked of: meanwhile the person may have been changed in another tab. */
export function withProof(
  attempt: Attempt,
  { proof: given, account: found }: Verified,
  asked: Account | undefined,
): Attempt | undefined {
  if (attempt.accountId !== asked?.id) return undefined
  const proof = { ...given, at: countsFrom(given.at, attempt, (found ?? asked)?.validFrom) }
  if (!found || found.id === asked?.id) return { ...attempt, proofs: [...attempt.proofs, proof] }
  const { remember } = attempt
  return {
    ...withoutPerson(attempt),
    remember,
    accountId: found.id,
    identifier: found.email,
    selected: true,
    proofs: [proof],
  }
}

/** @param address where the request comes from */
export function factsOf(device: Device | undefined, address: string): NonNullable<Attempt['device']> {
  const confirmed = device && confirmedAs(device, address)
  return {
    ...(confirmed ? { confirmed } : {}),
    known: device?.complete === true,
    ...(device?.secondFactorAt ? { secondFactorAt: device.secondFactorAt } : {}),
    declined: device?.declined ?? [],
  }
}

/** Times in tokens are whole seconds: within the one in which an account was reset, nothing new could be told from old. */
export async function outlastReset({ validFrom }: Pick<Account, 'validFrom'>): Promise<void> {
  const left = validFrom * 1000 - Date.now()
  // A timer may be early by a part of a millisecond.
  if (left > 0) await pause(Math.min(left, 1000) + 1)
}
