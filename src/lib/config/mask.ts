import { aboutKey } from './names.ts'
import { configKeys } from './schema.ts'
import type { Config, ConfigKey } from './schema.ts'

/** The configuration as `latchkey config check` shows it: secrets as their length, addresses without their password. */
export function maskConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(configKeys.map(key => [key, maskValue(key, config[key])]))
}

function maskValue(key: ConfigKey, value: unknown): unknown {
  if (!aboutKey(key).secret) return value
  return Array.isArray(value) ? value.map(maskItem) : maskAddress(String(value))
}

/** Of an object, what its names say is secret. */
function maskItem(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return hidden(item)
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (/secret|privatekey/i.test(name)) return [name, value === undefined ? value : hidden(value)]
      const isNested = typeof value === 'object' && value !== null && !Array.isArray(value)
      return [name, isNested ? maskItem(value) : value]
    }),
  )
}

/** `mongodb://user:secret@host/db` → `mongodb://user:****@host/db`. Up to the last @, since a password may hold one. */
function maskAddress(address: string): string {
  return address
    .replace(/^([\w+.-]+:\/\/[^:@/]*:).*@/, '$1****@')
    .replace(/([?&]\w*(?:pass|secret|token|key)\w*=)[^&]*/gi, '$1****')
}

/** A bad value for a message: in full, or only its length where it may hold a secret. */
export function showValue(value: unknown, secret: boolean): string {
  if (secret) return Array.isArray(value) ? `[${value.map(hidden).join(', ')}]` : hidden(value)
  const shown = JSON.stringify(value) ?? String(value)
  return shown.length > 120 ? `${shown.slice(0, 120)}…` : shown
}

function hidden(value: unknown): string {
  return `**** (${String(value).length} characters)`
}
