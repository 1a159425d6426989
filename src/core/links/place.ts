// From where something was done, and when: what a record of a link keeps of each time.
import { z } from 'zod'

export const placeSchema = z.object({ address: z.string(), userAgent: z.string() })
export type Place = z.infer<typeof placeSchema>

/** `at` in epoch milliseconds. */
export const momentSchema = placeSchema.extend({ at: z.number() })

/** Where the command line is. */
export const NOWHERE: Place = { address: '', userAgent: '' }
