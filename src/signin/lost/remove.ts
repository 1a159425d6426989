// The end of the wait: the person has proven the first factor, and has opened the link of the last mail.
import { credentialsOf, type Credential } from '../../core/credentials.ts'
import type { MethodFacts } from '../../core/signin/method-facts.ts'
import { countsFrom } from '../../core/signin/proof.ts'
import { Refused } from '../../lib/errors.ts'
import { removeCredential } from '../../methods/enrolment.ts'
import { factsFrom } from '../../methods/facts.ts'
import { leaveEndedSession } from '../attempt/ended-session.ts'
import { originOf, type Submission } from '../attempt/page.ts'
import { outlastReset } from '../steps/prove.ts'
import { holdsFinishLink } from './finish-link.ts'
import { mayRecover } from './may-recover.ts'

/**
 * Removes every second factor, and goes on with the sign-in by what was proven in it.
 * @throws Refused `recovery.…`, `link.…`, `factor.last`; nothing has changed then
 */
export async function removeLost(submission: Submission): Promise<void> {
  const { services, ctx, client, attempt, go } = submission
  if (!(await mayRecover(submission))) throw new Refused('recovery.not_offered', { status: 403 })
  if (!(await holdsFinishLink(submission))) throw new Refused('link.unknown', { status: 404 })
  const account = submission.account!
  const all = await credentialsOf(services.credentials, account.id)
  const second = factsFrom(services.methods, account, all).filter(facts => facts.second)
  const lost = all.filter(({ method }) => second.some(({ id }) => id === method))
  const left = factsFrom(
    services.methods,
    account,
    all.filter(one => !lost.includes(one)),
  )
  if (!left.some(({ first }) => first)) throw new Refused('recovery.no_first', { status: 409 })

  const origin = originOf(ctx, client)
  const about = { ...origin, accountId: account.id }
  await services.recoveries.finish(account)
  await services.events.emit({ type: 'recovery.finished', ...about, details: { method: 'second-factor' } })
  // All sessions end below, whatever they were proven by.
  const removing = { ...services, endProvenBy: () => Promise.resolve() }
  for (const { id } of withoutBackups(lost, second))
    await removeCredential(removing, account, id, { origin, evenLast: true })
  await services.endEverywhere(account.id, 'recovered', origin)
  await leaveEndedSession(submission.interaction)

  const { validFrom } = (await services.accounts.get(account.id)) ?? account
  await outlastReset({ validFrom })
  const at = countsFrom(Date.now(), attempt, validFrom)
  // What was proven moments ago, in this very sign-in, is what the removal stands on: it outlasts it.
  await go(known => ({
    ...known,
    proofs: known.proofs
      .filter(proof => proof.at >= attempt.startedAt && lost.every(({ method }) => method !== proof.method))
      .map(proof => ({ ...proof, at })),
  }))
}

/** What there is to fall back on goes by itself, with the last of the others. */
function withoutBackups(lost: readonly Credential[], second: readonly MethodFacts[]): readonly Credential[] {
  const others = lost.filter(({ method }) => second.some(({ id, backup }) => id === method && !backup))
  return others.length > 0 ? others : lost
}
