// Why somebody could not sign in from elsewhere, in words that say what to do next.
import { AnswerTooLarge } from '../../lib/bounded-answers.ts'
import { Refused } from '../../lib/errors.ts'
import { PrivateAddress } from '../../lib/fetch.ts'

/** Too old, used already, of another sign-in, or of nobody's. */
export function unknownState(): Refused {
  const hint = 'That took too long, was used already, or began elsewhere. Nothing happened; try it again.'
  return new Refused('upstream.unknown_state', { hint })
}

/**
 * An error of the library's, as ours. Its own may carry tokens: only what it is called goes on, for the log.
 * @returns Refused `upstream.cancelled`, `upstream.refused`, `upstream.unavailable`, `upstream.invalid`, `upstream.too_large`
 */
export function explainFailure(name: string, error: unknown): Refused {
  if (error instanceof Refused) return error
  const {
    name: kind = '',
    error: answered,
    code,
    status,
  } = error as Partial<Record<string, unknown>> & { name?: string }
  const cause = new Error([kind, code, answered, status].filter(Boolean).join(' '))
  if (kind === 'AuthorizationResponseError') {
    return answered === 'access_denied'
      ? new Refused('upstream.cancelled', { hint: `You did not sign in with ${name}. Choose how to go on.`, cause })
      : new Refused('upstream.refused', { hint: `${name} refused. Try it again, or choose another way.`, cause })
  }
  return explain(name, error, cause)
}

/** It could not be looked up. Nothing secret is said in that, so the log may have it in full. */
export function explainLookup(name: string, error: unknown): Refused {
  const reason = causesOf(error).at(-1)
  return explain(name, error, new Error(reason instanceof Error ? reason.message : 'it could not be looked up'))
}

function explain(name: string, error: unknown, cause: Error): Refused {
  const refused = (code: string, hint: string) => new Refused(`upstream.${code}`, { status: 502, hint, cause })
  if (causesOf(error).some(one => one instanceof AnswerTooLarge))
    return refused(
      'too_large',
      `${name} answered more than we read. Nothing happened; try again later, or choose another way.`,
    )
  if (isAway(error))
    return refused(
      'unavailable',
      `${name} does not answer at the moment. Try again in a few minutes, or choose another way.`,
    )
  return refused(
    'invalid',
    `What ${name} answered could not be accepted. Nothing happened; try again later, or choose another way.`,
  )
}

/** Nothing was answered, or not in time, or the way there is closed; or it says itself that it cannot. */
function isAway(error: unknown): boolean {
  return causesOf(error).some(one => {
    const { name, code, status } = one as { name?: string; code?: unknown; status?: unknown }
    const failed =
      one instanceof PrivateAddress || (one instanceof TypeError && /fetch failed|terminated/.test(one.message))
    return (
      failed || name === 'TimeoutError' || code === 'OAUTH_TIMEOUT' || (typeof status === 'number' && status >= 500)
    )
  })
}

function causesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return []
  return error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error]
}
