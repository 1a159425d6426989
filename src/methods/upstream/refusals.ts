// Why somebody could not sign in from elsewhere, in words that say what to do next.
import { AnswerTooLarge } from '../../lib/bounded-answers.ts'
import { Refused } from '../../lib/errors.ts'
import { PrivateAddress } from '../../lib/fetch.ts'

/** Too old, used already, of another sign-in, or of nobody's. */
export function unknownState(): Refused {
  return new Refused('upstream.unknown_state')
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
      ? new Refused('upstream.cancelled', { values: { name }, cause })
      : new Refused('upstream.refused', { values: { name }, cause })
  }
  return explain(name, error, cause)
}

/** It could not be looked up. Nothing secret is said in that, so the log may have it in full. */
export function explainLookup(name: string, error: unknown): Refused {
  const reason = causesOf(error).at(-1)
  return explain(name, error, new Error(reason instanceof Error ? reason.message : 'it could not be looked up'))
}

function explain(name: string, error: unknown, cause: Error): Refused {
  const refused = (code: string) => new Refused(code, { status: 502, values: { name }, cause })
  if (causesOf(error).some(one => one instanceof AnswerTooLarge)) return refused('upstream.too_large')
  return refused(isAway(error) ? 'upstream.unavailable' : 'upstream.invalid')
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
