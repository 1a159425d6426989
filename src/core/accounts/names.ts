// How people are named: an address or a username, brought to one form before anything is compared or stored.
import { domainToASCII } from 'node:url'
import { Refused } from '../../lib/errors.ts'

// What remains after normalisation must be plain ASCII: look-alikes (dotless i, accents) are refused, not folded.
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN =
  /^(?=.{1,253}$)(?!.*\.\d+$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
// The URL parser behind domainToASCII would cut `example.com/x` short, decode `%61` and drop line breaks.
const TYPED_DOMAIN = /^[\p{L}\p{M}\p{N}.。-]+$/u
const USERNAME = /^[a-z0-9](?:[a-z0-9._-]{1,38})[a-z0-9]$/

/**
 * The one form of an address: NFKC, lower case, ASCII domain without a trailing dot. Canonicalised first and checked
 * after, so that a full-width `＠` or an odd dot cannot pass as someone else's address.
 * @throws Refused `email.invalid`
 */
export function canonicalEmail(text: string): string {
  const folded = text.trim().normalize('NFKC').toLowerCase()
  const at = folded.lastIndexOf('@')
  const local = folded.slice(0, at)
  const typed = folded.slice(at + 1)
  const domain = TYPED_DOMAIN.test(typed) ? domainToASCII(typed).replace(/\.$/, '') : ''
  if (at < 1 || local.length > 64 || folded.length > 254 || !LOCAL_PART.test(local) || !DOMAIN.test(domain)) {
    throw new Refused('email.invalid', {
      field: 'email',
    })
  }
  return `${local}@${domain}`
}

/** The one form of a username: 3 to 40 of `a-z 0-9 . _ -`, beginning and ending with a letter or digit. @throws Refused `username.invalid` */
export function canonicalUsername(text: string): string {
  const folded = text.trim().normalize('NFKC').toLowerCase()
  if (!USERNAME.test(folded)) {
    throw new Refused('username.invalid', {
      field: 'username',
    })
  }
  return folded
}

/** A person's own name in one line, as typed otherwise; undefined for none. @throws Refused `name.long` */
export function canonicalName(text: string): string | undefined {
  const name = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  if (name.length > 200) throw new Refused('name.long', { field: 'name' })
  return name || undefined
}

/** What someone typed to say who they are, or undefined when it can be neither an address nor a username. */
export function canonicalIdentifier(text: string): { email: string } | { username: string } | undefined {
  try {
    return text.normalize('NFKC').includes('@')
      ? { email: canonicalEmail(text) }
      : { username: canonicalUsername(text) }
  } catch {
    return undefined
  }
}
