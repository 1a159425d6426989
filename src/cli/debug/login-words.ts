// A foreseen step, and its reasons, in words for an operator.
import type { PolicyForSignIn } from '../../core/policy/sign-in-policy.ts'
import type { Foreseen, Reason } from '../../core/signin/foresee.ts'
import { formatDuration } from '../../lib/config/kinds.ts'
import { shownSetting } from '../policy/options.ts'

export function said({ step }: Foreseen): string {
  const any = (ids: readonly string[]) => (ids.length > 0 ? ids.join(' or ') : 'nothing: it cannot go on')
  switch (step.kind) {
    case 'select':
      return 'which account to use'
    case 'prove':
      return `${step.role === 'first' ? 'a first proof' : 'a further proof'}: ${any(step.methods)}`
    case 'work':
      return 'a moment of work by the browser'
    case 'enrol':
      return `to set up ${any(step.methods)}${step.skippable ? ', or not now' : ''}`
    case 'consent':
      return 'consent to what the app asks for'
    case 'verify-email':
      return 'a code that is mailed, to prove the address'
    case 'change-password':
      return 'a new password'
    case 'accept-terms':
      return `to accept the terms ${step.version}`
    case 'complete':
      return `what the account lacks: ${step.lacking.join(', ')}`
    case 'come-back':
      return 'whether to have the account back, which its owner has closed'
    case 'disabled':
      return 'nothing: the account is disabled'
    case 'refuse':
      return `nothing: the app is told ${step.error}`
    case 'finish':
      return `nothing more: the app gets ${step.acr}`
    default:
      return step.kind
  }
}

export function why({ because }: Foreseen, { settings, sources }: PolicyForSignIn): string {
  const worded = (reason: Reason): string => {
    switch (reason) {
      case 'acr':
        return 'the app asks for an acr'
      case 'max_age':
        return 'the app asks for an age'
      case 'prompt':
        return 'the app asks for it by prompt'
      case 'proofsLast':
        return `sessions are shorter here: a proof counts for ${formatDuration(settings.proofsLast!)}`
      default:
        return `${reason} is ${shownSetting(reason, settings[reason])} (${sources[reason]})`
    }
  }
  return because.map(worded).join(', ')
}
