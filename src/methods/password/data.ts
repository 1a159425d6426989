import { z } from 'zod'

export const passwordDataSchema = z.object({
  hash: z.string(),
  /** Those before it, the latest first: not to be chosen again. */
  history: z.array(z.string()).optional(),
  /** Shorter than one may be that signs in alone. */
  short: z.literal(true).optional(),
  /** When it was chosen. Epoch milliseconds. */
  chosenAt: z.number().optional(),
})

/** What is kept of a password. */
export type PasswordData = z.infer<typeof passwordDataSchema>

/** A password that may be somebody's, as it is kept from then on. */
export type NewPassword = Pick<PasswordData, 'hash' | 'short'>
