export type RefusedOptions = {
  /** HTTP status, 4xx or 5xx; 400 unless given. */
  status?: number
  /** What the person or developer who sees it can do, in plain words. Public: never a secret, never an internal. */
  hint: string
  /** The form field or parameter that it concerns. */
  field?: string
  /** Seconds after which a further try makes sense (Retry-After, RFC 9110 section 10.2.3). */
  retryAfter?: number
  /** The private cause, for the log alone. */
  cause?: unknown
}

/** The answer is no. Whoever faces the caller turns it into a page, JSON or an OAuth error by its code and status. */
export class Refused extends Error {
  override readonly name = 'Refused'
  /** A stable, dotted name such as `password.mismatch`. */
  readonly code: string
  readonly status: number
  readonly hint: string
  readonly field: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: string, { status = 400, hint, field, retryAfter, cause }: RefusedOptions) {
    super(`${code}: ${hint}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.hint = hint
    this.field = field
    this.retryAfter = retryAfter
  }
}
