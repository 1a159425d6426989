import { languageBy, type Language, type Values } from './languages/language.ts'

export type RefusedOptions = {
  /** HTTP status, 4xx or 5xx; 400 unless given. */
  status?: number
  /** The key of its text in locales/LANGUAGE/errors.json; the code unless given. */
  says?: string
  /** The full key of what its page is headed by, where that can be said better than for any refusal. */
  heading?: string
  /** What is filled into the text. */
  values?: Values
  /**
   * In the place of a text, for who runs the service or calls its API: what they can do, in plain English. Public: never a
   * secret, never an internal.
   */
  hint?: string
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
  /** In English, for logs, the API and the command line. */
  readonly hint: string
  readonly field: string | undefined
  readonly retryAfter: number | undefined
  readonly heading: string | undefined
  /** What else was refused of the same form. */
  also: readonly Refused[] = []
  readonly #say: (language: Language) => string

  constructor(
    code: string,
    { status = 400, says = code, values, heading, hint, field, retryAfter, cause }: RefusedOptions = {},
  ) {
    const say = ({ t }: Language) => hint ?? t(`errors:${says}`, values)
    const english = say(languageBy('en'))
    super(`${code}: ${english}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.hint = english
    this.field = field
    this.retryAfter = retryAfter
    this.heading = heading
    this.#say = say
  }

  /** The same, with what else was refused of the form (lib/together.ts). */
  with(others: readonly Refused[]): this {
    this.also = others
    return this
  }

  /** What the person who sees it can do, in their language. */
  wordsIn(language: Language): string {
    return this.#say(language)
  }
}
