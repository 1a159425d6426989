/** What a refused form is filled with again. */
export interface Refill {
  status?: number
  values?: Record<string, string>
  errors?: Record<string, string>
  notice?: string
}
