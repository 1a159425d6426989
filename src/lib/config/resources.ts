import { z } from 'zod'
import { parseJson } from './kinds.ts'

/** Algorithms that access tokens for outside resources can be signed with. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const

const resource = z.strictObject({
  /** RFC 8707, section 2: an absolute URI without a fragment. */
  identifier: z
    .string()
    .refine(value => URL.canParse(value) && !value.includes('#'), 'an absolute URI without fragment'),
  /** RFC 6749, section 3.3: printable, without spaces, quotes and backslashes. */
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'scope names without spaces or quotes')),
  format: z.enum(['opaque', 'jwt']),
  alg: z.enum(ALGORITHMS).optional(),
})

export type Resource = z.output<typeof resource>

/** The list of outside resource servers; in a variable, its JSON. */
export function resources() {
  return z
    .preprocess(parseJson, z.array(resource))
    .meta({ expected: 'a list of { identifier, scopes, format: opaque | jwt, alg? } (a variable holds it as JSON)' })
}
