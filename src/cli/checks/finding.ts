export type Status = 'ok' | 'warning' | 'problem'

/** What a check of the doctor found. */
export interface Finding {
  name: string
  status: Status
  message: string
  /** What to do about it; absent when all is well. */
  todo?: string
}

export function ok(name: string, message: string): Finding {
  return { name, status: 'ok', message }
}

export function warning(name: string, message: string, todo: string): Finding {
  return { name, status: 'warning', message, todo }
}

export function problem(name: string, message: string, todo: string): Finding {
  return { name, status: 'problem', message, todo }
}

/** An error's own words in one line; of one that only wraps another, the other's. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch says "fetch failed"; an attempt at several addresses says nothing at all.
  const cause = error instanceof AggregateError ? error.errors[0] : error.cause
  const inner = error.message === 'fetch failed' || error.message === '' ? cause : undefined
  return inner ? reasonOf(inner) : error.message.split('\n')[0]!
}
