/** What a refused form is filled with again. */
export interface Refill {
  status?: number
  /** The code of the refusal. */
  refusal?: string
  values?: Record<string, string>
  errors?: Record<string, string>
  notice?: string
}
