// What an attempt hands back to the provider when it has ended well. It travels in the interaction's own document.
import type { InteractionResults } from 'oidc-provider'
import type { Attempt } from '../../core/attempts.ts'
import type { Proof } from '../../core/signin/proof.ts'
import type { Scope } from '../../core/signin/request.ts'

/** `login` is absent when a live session was enough and only consent was asked for. */
export interface AttemptResult {
  login?: {
    accountId: string
    acr: string
    amr: string[]
    /** Epoch seconds. */
    ts: number
    remember: boolean
    proofs: Proof[]
    deviceId?: string
    deviceKnown?: true
    deviceConfirmed?: 'device' | 'network'
    secondFactorAt?: number
  }
  consent?: { given: Scope; refused: Scope }
  attempt?: { startedAt: number; expectedAccountId?: string; skipped?: string[] }
}

/** Every prompt that was asked for has a key in the result, or the library would ask again. */
export function toInteractionResult(attempt: Attempt, login: AttemptResult['login']): InteractionResults {
  const prompts = Object.fromEntries(attempt.request.prompts.map(prompt => [prompt, {}]))
  const { expectedAccountId } = attempt.request
  const result: AttemptResult = {
    ...(login ? { login } : {}),
    ...(attempt.consent ? { consent: attempt.consent } : {}),
    attempt: {
      startedAt: attempt.startedAt,
      ...(expectedAccountId ? { expectedAccountId } : {}),
      ...(attempt.skipped ? { skipped: attempt.skipped } : {}),
    },
  }
  return { ...prompts, ...result }
}

/** Our part of the library's result; empty when this request does not come back from an attempt. */
export function resultOf(result: InteractionResults | undefined): AttemptResult {
  const ours = (result ?? {}) as AttemptResult
  const { consent, ...rest } = ours
  return consent?.given ? { ...rest, consent } : rest
}
