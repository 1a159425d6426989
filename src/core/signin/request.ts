// What the relying party asked for, read once from the authorization request and kept with the attempt.
import { z } from 'zod'

/** The pages that a request may ask to begin on, by `screen_hint`. */
export const SCREENS = ['recover'] as const
export type Screen = (typeof SCREENS)[number]

export const authRequestSchema = z.object({
  prompts: z.array(z.string()),
  /** Seconds. */
  maxAge: z.number().optional(),
  acrValues: z.array(z.string()),
  /** Whether one of `acrValues` must be met (the `acr` claim requested as essential). */
  acrEssential: z.boolean(),
  /** The account that `id_token_hint` or the `sub` claim names. */
  expectedAccountId: z.string().optional(),
  loginHint: z.string().optional(),
  /** Where the first page is another one than that of the step. */
  screen: z.enum(SCREENS).optional(),
  scopes: z.array(z.string()),
  claims: z.array(z.string()),
  /** Scopes by resource (RFC 8707). */
  resources: z.record(z.string(), z.array(z.string())),
})

export type AuthRequest = z.infer<typeof authRequestSchema>

/** The three things a person lets an app have. */
export type Scope = Pick<AuthRequest, 'scopes' | 'claims' | 'resources'>

/** What of `wanted` is not in `known`. */
export function missingScope(wanted: Scope, known: Scope | undefined): Scope {
  const without = (all: string[], some: string[] = []) => all.filter(one => !some.includes(one))
  const resources = Object.entries(wanted.resources)
    .map(([resource, scopes]) => [resource, without(scopes, known?.resources[resource])] as const)
    .filter(([, scopes]) => scopes.length > 0)
  return {
    scopes: without(wanted.scopes, known?.scopes),
    claims: without(wanted.claims, known?.claims),
    resources: Object.fromEntries(resources),
  }
}

export function isEmptyScope(scope: Scope): boolean {
  return scope.scopes.length === 0 && scope.claims.length === 0 && Object.keys(scope.resources).length === 0
}

/** Both together. */
export function joinScope(one: Scope, other: Scope | undefined): Scope {
  if (!other) return one
  const resources: Record<string, string[]> = {}
  for (const resource of [...Object.keys(one.resources), ...Object.keys(other.resources)]) {
    resources[resource] = [...new Set([...(one.resources[resource] ?? []), ...(other.resources[resource] ?? [])])]
  }
  return {
    scopes: [...new Set([...one.scopes, ...other.scopes])],
    claims: [...new Set([...one.claims, ...other.claims])],
    resources,
  }
}
