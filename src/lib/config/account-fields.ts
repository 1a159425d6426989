// Fields of an account that an installation declares for itself.
import { z } from 'zod'
import { parseJson } from './kinds.ts'

/** What a claim must not be called: a standard claim, or one that a token's checks go by (OIDC Core 1.0; RFC 7519). */
const RESERVED =
  /^(sub|iss|aud|exp|iat|nbf|jti|nonce|azp|sid|acr|amr|auth_time|at_hash|c_hash|s_hash|client_id|scope|cnf|act|(given_|family_|middle_|nick|preferred_user)?name|profile|picture|website|gender|birthdate|zoneinfo|locale|updated_at|email(_verified)?|phone_number(_verified)?|address|groups)$/

const accountField = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'a name of up to 40 of a-z, 0-9 and _'),
    label: z.string().trim().min(1).max(100),
    type: z.enum(['text', 'number', 'date', 'choice', 'checkbox']).default('text'),
    required: z.boolean().default(false),
    /** What text has to look like, as a whole. */
    pattern: z.string().max(200).refine(isPattern, 'a regular expression').optional(),
    hint: z.string().trim().min(1).max(200).optional(),
    options: z.array(z.string().trim().min(1).max(100)).min(1).max(100).optional(),
    atSignup: z.boolean().default(true),
    /** The claim under which apps that may see the profile get it; none unless said. */
    claim: z
      .string()
      .regex(/^[A-Za-z][\w:./-]{0,99}$/)
      .refine(name => !RESERVED.test(name), 'no standard claim')
      .optional(),
  })
  .refine(
    ({ type, options }) => (type === 'choice') === (options !== undefined),
    'options for a choice, and only there',
  )
  .refine(({ type, pattern }) => type === 'text' || pattern === undefined, 'a pattern for text alone')

export type AccountField = z.output<typeof accountField>

/** The list of fields, each name and each claim once; in a variable, its JSON. */
export function accountFields() {
  return z
    .preprocess(parseJson, z.array(accountField).max(20).refine(areUnique, 'each name and each claim once'))
    .meta({
      expected:
        'a list of { name, label, type?, required?, pattern?, hint?, options?, atSignup?, claim? } (a variable holds it as JSON)',
    })
}

function areUnique(fields: readonly AccountField[]): boolean {
  const claims = fields.flatMap(({ claim }) => claim ?? [])
  return new Set(fields.map(({ name }) => name)).size === fields.length && new Set(claims).size === claims.length
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(`^(?:${source})$`, 'u') instanceof RegExp
  } catch {
    return false
  }
}
