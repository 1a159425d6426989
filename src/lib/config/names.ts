import { z } from 'zod'
import { configKeys, schema } from './schema.ts'
import type { ConfigKey } from './schema.ts'

/** The environment variable of a key: `accessTokenTtl` → `LATCHKEY_ACCESS_TOKEN_TTL`. */
export function variableOf(key: string): string {
  return `LATCHKEY_${key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`
}

/** Names the configuration file, in place of config/ENVIRONMENT.json. */
export const FILE_VARIABLE = 'LATCHKEY_CONFIG'

/** What the documentation and messages need to know of a key. */
export function aboutKey(key: ConfigKey) {
  let field: z.core.$ZodType = schema.shape[key]
  let meta = z.globalRegistry.get(field)
  // Description and secrecy sit on the outermost wrapper, what is expected on the kind inside `default` or `optional`.
  while (field instanceof z.ZodDefault || field instanceof z.ZodOptional) {
    field = field.def.innerType
    meta = { ...z.globalRegistry.get(field), ...meta }
  }
  const { description = '', expected = '', secret = false, shownDefault } = meta ?? {}
  return { description, expected, secret, shownDefault }
}

export const secretKeys = configKeys.filter(key => aboutKey(key).secret)

/** Every variable that is read, with the key it sets. */
export const variables = new Map<string, ConfigKey>(configKeys.map(key => [variableOf(key), key]))

/** Every variable that names a file with a secret in it, with the key that the secret is for. */
export const fileVariables = new Map<string, ConfigKey>(secretKeys.map(key => [`${variableOf(key)}_FILE`, key]))

/** The known name that a mistyped one is likely to mean, or undefined when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < (best?.distance ?? Infinity)) best = { name: candidate, distance }
  }
  return best && best.distance <= Math.max(2, Math.floor(best.name.length / 4)) ? best.name : undefined
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution))
    }
    row = next
  }
  return row[b.length]!
}
