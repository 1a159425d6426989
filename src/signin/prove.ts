import { setTimeout as pause } from 'node:timers/promises'
import type { Account } from '../core/accounts/account.ts'
import type { Attempt } from '../core/attempts.ts'
import { LimitReached } from '../core/limits.ts'
import { Refused } from '../lib/errors.ts'
import { methodById } from '../methods/list.ts'
import { knownDevice } from './device-cookie.ts'
import { originOf, type Submission } from './page.ts'

/** One try to prove the person by one method. A failure is an event; its reason is for the log and the audit alone. */
export async function prove({ services, ctx, attempt, account, client, form, step, go }: Submission): Promise<void> {
  const method = methodById(ctx.params.method ?? '')
  if (!method || step.kind !== 'prove' || !step.methods.includes(method.id)) {
    throw new Refused('method.not_offered', { status: 404, hint: 'That way to sign in is not offered here.' })
  }
  const remember = form.text('remember') !== ''
  // Looked for in any case, so that the time does not tell who has an account.
  const deviceId = await knownDevice(services, ctx, account?.id ?? 'nobody')
  if (account) await outlastReset(account)
  try {
    const proof = await method.verify(services, {
      identifier: attempt.identifier ?? '',
      account,
      form: form.fields,
      address: ctx.ip,
      deviceId,
    })
    await go((known: Attempt) =>
      // Meanwhile the person may have been changed in another tab: a proof counts for who it was asked of.
      known.accountId === account?.id ? { ...known, proofs: [...known.proofs, proof], remember } : undefined,
    )
  } catch (error) {
    if (error instanceof Refused) {
      const from = {
        ...originOf(ctx, client),
        ...(account ? { accountId: account.id } : {}),
        outcome: 'failure' as const,
      }
      // A lock is one event, however long it is knocked at.
      if (error instanceof LimitReached) {
        if (error.begins)
          await services.events.emit({ type: 'signin.locked', ...from, details: lockOf(error, method.id) })
      } else
        await services.events.emit({
          type: 'signin.failed',
          ...from,
          details: { method: method.id, reason: error.code },
        })
    }
    throw error
  }
}

function lockOf({ code, until }: LimitReached, method: string) {
  return { method, limit: code.replace(/^limit\./, ''), until }
}

/** Times in tokens are whole seconds: within the one in which an account was reset, nothing new could be told from old. */
async function outlastReset({ validFrom }: Account): Promise<void> {
  const left = validFrom * 1000 - Date.now()
  if (left > 0) await pause(Math.min(left, 1000))
}
