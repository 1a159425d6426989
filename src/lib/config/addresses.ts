import { parseRedisAddress } from '../redis-address.ts'

/** An origin alone: a path would move the well-known documents away from where clients look for them. */
export function isIssuer(value: string): boolean {
  return /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value
}

/** As browsers take it among related origins. */
export function isSecureOrigin(value: string): boolean {
  return value.startsWith('https:') && isIssuer(value)
}

/** A host name in lower case, without a port. */
export function isDomain(value: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(value)
}

export function isStore(value: string): boolean {
  return /^sqlite:[^?\0]+$/.test(value) || /^mongodb(\+srv)?:\/\/[^/\s]+/.test(value)
}

export function isRedis(value: string): boolean {
  return parseRedisAddress(value) !== undefined
}

export function isMail(value: string): boolean {
  if (value === 'console:' || /^file:[^\0]+$/.test(value)) return true
  return /^smtps?:\/\//.test(value) && URL.canParse(value) && new URL(value).hostname !== ''
}

/** `address` or `Name <address>`; line breaks would add headers to every mail. */
export function isSender(value: string): boolean {
  return /^(?:[^\p{C}<>@"]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u.test(value)
}
