// The prompts in their order, each raised by the steps that belong to it, with the errors that `prompt=none` gets.
import type { Step } from '../../core/signin/next-step.ts'

interface PromptCheck {
  reason: string
  description: string
  error: string
  kinds: Step['kind'][]
}

export const PROMPTS: readonly { name: string; checks: readonly PromptCheck[] }[] = [
  {
    name: 'select_account',
    checks: [
      {
        reason: 'select',
        description: 'an account has to be chosen',
        error: 'account_selection_required',
        kinds: ['select'],
      },
    ],
  },
  {
    name: 'create',
    checks: [
      {
        reason: 'register',
        description: 'the person asked to register',
        error: 'interaction_required',
        kinds: ['register'],
      },
    ],
  },
  {
    name: 'login',
    checks: [
      {
        reason: 'sign_in',
        description: 'the person has to sign in',
        error: 'login_required',
        kinds: ['identify', 'work', 'prove'],
      },
      {
        reason: 'complete',
        description: 'the account needs the person',
        error: 'interaction_required',
        kinds: [
          'disabled',
          'come-back',
          'accept-terms',
          'complete',
          'verify-email',
          'choose-username',
          'change-password',
          'enrol',
        ],
      },
    ],
  },
  {
    name: 'consent',
    checks: [
      {
        reason: 'consent',
        description: 'the person has to agree',
        error: 'consent_required',
        kinds: ['consent'],
      },
    ],
  },
]

/** The error that a request with `prompt=none` gets at this step; undefined where there is nothing to do. */
export function silentError(step: Step): string | undefined {
  if (step.kind === 'refuse') return step.error
  return PROMPTS.flatMap(({ checks }) => checks).find(({ kinds }) => kinds.includes(step.kind))?.error
}
