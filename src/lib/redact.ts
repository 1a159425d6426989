import { pino } from 'pino'

const HIDDEN = '[redacted]'
const MAX_DEPTH = 8

/** Names that carry secrets, in lower case and without hyphens and underscores. */
const SECRET_NAME =
  /(password|passphrase|secrets?|token|tokenhint|cookies?|authorization|assertion|verifier|apikey|privatekey)$|^(code|usercode|devicecode|otp)$/

/**
 * The same object with the values of secret-bearing keys replaced, at any depth. Errors become plain objects first,
 * as they may carry the request that failed; their own `code` is kept, since it names the kind of error.
 */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return redactFields(fields, 0, false)
}

function redactFields(fields: object, depth: number, isError: boolean): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => {
    if (carriesSecret(name, value) && !(isError && name === 'code')) return [name, HIDDEN]
    return [name, redactValue(value, depth + 1)]
  })
  return Object.fromEntries(entries)
}

/** Whether the name says secret and the value can be one: `true` for `hasPassword` tells nothing. */
function carriesSecret(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false
  return SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ''))
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[deeper]'
  if (value instanceof Error) return redactFields(pino.stdSerializers.err(value), depth, true)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map(item => redactValue(item, depth + 1))
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON(), depth + 1)
  return redactFields(value, depth, false)
}

/** Secrets in the query or fragment of an address, wherever one stands in a line of the log. */
const SECRET_PARAMETER =
  /([?&#](?:code|state|token|(?:user|device)_code|[a-z_]*(?:_token|_token_hint|_secret|_verifier|_assertion|password))=)[^&#\s"\\]+/gi

/** The line with secrets in addresses replaced, and with what a terminal may act upon but JSON lets through escaped. */
export function redactLine(line: string): string {
  const masked = line.includes('=') ? line.replaceAll(SECRET_PARAMETER, `$1${HIDDEN}`) : line
  return masked.replaceAll(/[\u007f-\u009f\u2028\u2029]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
