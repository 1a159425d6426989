// Why a sign-in to a console did not come about, in words that say what to do next.
import { Refused } from '../../lib/errors.ts'
import { Unavailable } from '../../storage/port.ts'

/** The answer belongs to no sign-in that began in this browser, or to one that is done. */
export function unknownState(): Refused {
  return new Refused('console.unknown_state')
}

/** An error of the library's, as ours: what is not the person's to mend stays a fault. */
export function explainFailure(error: unknown): unknown {
  if (error instanceof Refused) return error
  const away = causesOf(error).find(cause => cause instanceof Unavailable)
  if (away) return away
  const { name, error: answered } = error as { name?: string; error?: string }
  if (name === 'AuthorizationResponseError') {
    return answered === 'access_denied'
      ? new Refused('console.cancelled', { cause: error })
      : new Refused('console.refused', { cause: error })
  }
  return new Refused('console.failed', {
    cause: error,
  })
}

function causesOf(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error]
}
