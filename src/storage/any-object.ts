import { z } from 'zod'

/** An object that is stored as it is. A record of unknown values would be walked through, and copied, at each write. */
export const anyObject = z.custom<Record<string, unknown>>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object',
)
